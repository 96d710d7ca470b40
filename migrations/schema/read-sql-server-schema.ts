import type { Knex } from 'knex';
import { z } from 'zod';
import { parseStatement } from './parse-statement.ts';
import { key } from './schema-model.ts';
import type {
  ColumnModel,
  IndexModel,
  KeyColumn,
  ModuleModel,
  ReferentialAction,
  SchemaModel,
  TableModel,
} from './schema-model.ts';

const bit = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => Number(value) !== 0);
const count = z.coerce.number();

const columnRow = z.object({
  table_name: z.string(),
  name: z.string(),
  type: z.string(),
  max_length: count,
  precision: count,
  scale: count,
  collation: z.string().nullable(),
  is_nullable: bit,
  is_identity: bit,
  default_name: z.string().nullable(),
  default_definition: z.string().nullable(),
  computed: z.string().nullable(),
});
const indexRow = z.object({
  table_name: z.string(),
  name: z.string(),
  type: count,
  is_unique: bit,
  is_primary_key: bit,
  is_unique_constraint: bit,
  filter: z.string().nullable(),
  column_name: z.string(),
  is_included: bit,
  is_descending: bit,
});
const foreignKeyRow = z.object({
  table_name: z.string(),
  name: z.string(),
  column_name: z.string(),
  referenced_table: z.string(),
  referenced_column: z.string(),
  on_delete: count,
  on_update: count,
});
const checkRow = z.object({
  table_name: z.string(),
  name: z.string(),
  definition: z.string().nullable(),
});
const moduleRow = z.object({ definition: z.string().nullable(), name: z.string() });

const COLUMNS = `select t.name as table_name, c.name as name, ty.name as type, c.max_length as max_length,
  c.precision as precision, c.scale as scale,
  case when c.collation_name = cast(databasepropertyex(db_name(), 'Collation') as nvarchar(128)) then null else c.collation_name end as collation,
  c.is_nullable as is_nullable, c.is_identity as is_identity,
  d.name as default_name, d.definition as default_definition, cc.definition as computed
from sys.tables as t
join sys.columns as c on c.object_id = t.object_id
join sys.types as ty on ty.user_type_id = c.user_type_id
left join sys.default_constraints as d on d.parent_object_id = c.object_id and d.parent_column_id = c.column_id
left join sys.computed_columns as cc on cc.object_id = c.object_id and cc.column_id = c.column_id
where t.schema_id = schema_id('dbo')
order by t.name, c.column_id`;
const INDEXES = `select t.name as table_name, i.name as name, i.type as type, i.is_unique as is_unique,
  i.is_primary_key as is_primary_key, i.is_unique_constraint as is_unique_constraint,
  i.filter_definition as filter, c.name as column_name, ic.is_included_column as is_included,
  ic.is_descending_key as is_descending
from sys.tables as t
join sys.indexes as i on i.object_id = t.object_id
join sys.index_columns as ic on ic.object_id = i.object_id and ic.index_id = i.index_id
join sys.columns as c on c.object_id = ic.object_id and c.column_id = ic.column_id
where t.schema_id = schema_id('dbo') and i.name is not null
order by t.name, i.name, ic.key_ordinal, ic.index_column_id`;
const FOREIGN_KEYS = `select t.name as table_name, f.name as name, c.name as column_name, r.name as referenced_table,
  rc.name as referenced_column, f.delete_referential_action as on_delete, f.update_referential_action as on_update
from sys.tables as t
join sys.foreign_keys as f on f.parent_object_id = t.object_id
join sys.foreign_key_columns as fc on fc.constraint_object_id = f.object_id
join sys.columns as c on c.object_id = fc.parent_object_id and c.column_id = fc.parent_column_id
join sys.tables as r on r.object_id = fc.referenced_object_id
join sys.columns as rc on rc.object_id = fc.referenced_object_id and rc.column_id = fc.referenced_column_id
where t.schema_id = schema_id('dbo')
order by t.name, f.name, fc.constraint_column_id`;
const CHECKS = `select t.name as table_name, k.name as name, k.definition as definition
from sys.tables as t
join sys.check_constraints as k on k.parent_object_id = t.object_id
where t.schema_id = schema_id('dbo')
order by t.name, k.name`;
const MODULES = `select o.name as name, m.definition as definition
from sys.sql_modules as m
join sys.objects as o on o.object_id = m.object_id
where o.schema_id = schema_id('dbo') and o.is_ms_shipped = 0
order by o.name`;

/** The schema `dbo` of a SQL Server, from its catalogue. */
export async function readSqlServerSchema(db: Knex): Promise<SchemaModel> {
  const read = async <Row>(sql: string, schema: z.ZodType<Row>): Promise<Row[]> =>
    z.array(schema).parse(await db.raw(sql));
  const columns = Map.groupBy(await read(COLUMNS, columnRow), tableName);
  const indexes = Map.groupBy(await read(INDEXES, indexRow), tableName);
  const foreignKeys = Map.groupBy(await read(FOREIGN_KEYS, foreignKeyRow), tableName);
  const checks = Map.groupBy(await read(CHECKS, checkRow), tableName);
  const tables = [...columns].map(([name, rows]): TableModel => {
    const own = toIndexes(indexes.get(name) ?? []);
    return {
      name,
      columns: rows.map(toColumn),
      primaryKey: own.find(({ kind }) => kind === 'primary-key')?.index,
      uniques: own.filter(({ kind }) => kind === 'unique').map(({ index }) => index),
      indexes: own.filter(({ kind }) => kind === 'index').map(({ index }) => index),
      foreignKeys: [...Map.groupBy(foreignKeys.get(name) ?? [], (row) => row.name).values()].map(
        toForeignKey,
      ),
      checks: (checks.get(name) ?? []).map((row) => ({
        name: row.name,
        definition: row.definition ?? '',
      })),
    };
  });
  const modules = (await read(MODULES, moduleRow)).flatMap(toModule);
  return {
    tables: new Map(tables.map((table) => [key(table.name), table])),
    modules: new Map(modules.map((module) => [key(module.name), module])),
  };
}

function tableName(row: { table_name: string }): string {
  return row.table_name;
}

function toColumn(row: z.infer<typeof columnRow>): ColumnModel {
  return {
    name: row.name,
    type: row.computed === null ? typeText(row) : '',
    collation: row.computed === null ? (row.collation ?? undefined) : undefined,
    nullable: row.is_nullable,
    identity: row.is_identity,
    default:
      row.default_definition === null
        ? undefined
        : { name: row.default_name ?? undefined, definition: row.default_definition },
    computed: row.computed ?? undefined,
  };
}

const WITH_LENGTH = ['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary'];
/** Types whose scale is 7 unless the statement says otherwise. */
const WITH_SCALE = ['datetime2', 'time', 'datetimeoffset'];

function typeText({
  type: name,
  max_length: bytes,
  precision,
  scale,
}: z.infer<typeof columnRow>): string {
  const type = name.toLowerCase();
  if (WITH_LENGTH.includes(type)) {
    const units = type.startsWith('n') ? bytes / 2 : bytes;
    return `${type}(${bytes === -1 ? 'max' : units})`;
  }
  if (WITH_SCALE.includes(type)) return scale === 7 ? type : `${type}(${scale})`;
  if (type === 'decimal' || type === 'numeric') return `decimal(${precision},${scale})`;
  return type;
}

function toIndexes(rows: readonly z.infer<typeof indexRow>[]) {
  return [...Map.groupBy(rows, (row) => row.name).values()].flatMap((columns) => {
    const [first] = columns;
    if (first === undefined) return [];
    const index: IndexModel = {
      name: first.name,
      columns: columns
        .filter(({ is_included }) => !is_included)
        .map((row): KeyColumn => ({ name: row.column_name, descending: row.is_descending })),
      include: columns.filter(({ is_included }) => is_included).map((row) => row.column_name),
      unique: first.is_unique,
      clustered: first.type === 1,
      filter: first.filter ?? undefined,
    };
    const kind = first.is_primary_key
      ? 'primary-key'
      : first.is_unique_constraint
        ? 'unique'
        : 'index';
    return [{ kind, index }];
  });
}

const ACTIONS: readonly ReferentialAction[] = ['no action', 'cascade', 'set null', 'set default'];

function toForeignKey(rows: readonly z.infer<typeof foreignKeyRow>[]) {
  const [first] = rows;
  return {
    name: first?.name,
    columns: rows.map((row) => row.column_name),
    references: {
      table: first?.referenced_table ?? '',
      columns: rows.map((row) => row.referenced_column),
    },
    onDelete: ACTIONS[first?.on_delete ?? 0] ?? 'no action',
    onUpdate: ACTIONS[first?.on_update ?? 0] ?? 'no action',
  };
}

function toModule({ name, definition }: z.infer<typeof moduleRow>): ModuleModel[] {
  const statement = parseStatement(definition ?? '');
  if (statement.kind === 'module') return [statement.module];
  return [{ kind: 'procedure', name, definition: definition ?? '(encrypted)' }];
}
