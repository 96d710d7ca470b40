import type { Knex } from 'knex';
import { z } from 'zod';
import {
  columnRow,
  indexRow,
  foreignKeyRow,
  checkRow,
  moduleRow,
  objectRow,
  databaseRow,
  DATABASE,
  COLUMNS,
  INDEXES,
  FOREIGN_KEYS,
  CHECKS,
  MODULES,
  OBJECTS,
} from './catalogue-queries.ts';
import { parseStatement } from './parse-statement.ts';
import { isCaseSensitive, key } from './schema-model.ts';
import type {
  ColumnModel,
  IndexModel,
  KeyColumn,
  Enforcement,
  ModuleModel,
  ObjectModel,
  ReferentialAction,
  SchemaModel,
  TableModel,
} from './schema-model.ts';

/** What is in a SQL Server's database, from its catalogue; the server's own objects are left out. */
export async function readSqlServerSchema(db: Knex): Promise<SchemaModel> {
  const read = async <Row>(sql: string, schema: z.ZodType<Row>): Promise<Row[]> =>
    z.array(schema).parse(await db.raw(sql));
  const collation = databaseRow.parse(await db.raw(DATABASE))[0]?.collation ?? undefined;
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
        ...enforcementOf(row),
      })),
    };
  });
  const modules = (await read(MODULES, moduleRow)).map(toModule);
  const objects: ObjectModel[] = await read(OBJECTS, objectRow);
  const keyed = <Item extends { name: string }>(items: readonly Item[]): Map<string, Item> =>
    new Map(items.map((item) => [isCaseSensitive(collation) ? item.name : key(item.name), item]));
  return { tables: keyed(tables), modules: keyed(modules), objects: keyed(objects), collation };
}

/** Whatever is disabled is not trusted, too. */
function enforcementOf(row: { is_disabled: boolean; is_not_trusted: boolean }): {
  enforcement?: Enforcement;
} {
  if (row.is_disabled) return { enforcement: 'disabled' };
  return row.is_not_trusted ? { enforcement: 'untrusted' } : {};
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
      ...(first.is_disabled && { disabled: true }),
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
    ...(first !== undefined && enforcementOf(first)),
  };
}

const MODULE_KINDS: ReadonlyMap<string, ModuleModel['kind']> = new Map([
  ['V', 'view'],
  ['P', 'procedure'],
  ['TR', 'trigger'],
]);

/** Its definition is the statement that made it, with the name that it had then. */
function toModule({ name, type, definition, is_disabled }: z.infer<typeof moduleRow>): ModuleModel {
  const statement = parseStatement(definition ?? '');
  const state = is_disabled ? { disabled: true } : {};
  if (statement.kind === 'module') return { ...statement.module, name, ...state };
  const kind = MODULE_KINDS.get(type) ?? 'function';
  return { kind, name, definition: definition ?? '(encrypted)', ...state };
}
