import type { Knex } from 'knex';
import { z } from 'zod';
import { modelName } from './object-name.ts';
import { parseStatement } from './parse-statement.ts';
import { key } from './schema-model.ts';
import type { IndexModel, ModuleModel, SchemaModel, TableModel } from './schema-model.ts';

const objectRow = z.object({
  type: z.enum(['table', 'index', 'view', 'trigger']),
  name: z.string(),
  tbl_name: z.string(),
  sql: z.string(),
});
type ObjectRow = z.infer<typeof objectRow>;

/**
 * A SQLite schema, read from the statements that SQLite itself keeps of it: tables and their indexes,
 * views and triggers. What cannot be read is in it by its name and its statement.
 */
export async function readSqliteSchema(db: Knex): Promise<SchemaModel> {
  const rows = z.array(objectRow).parse(
    await db('sqlite_master')
      .whereNotNull('sql')
      // Names that SQLite keeps for itself; its own underscore stands for any character.
      .whereRaw("name not like 'sqlite^_%' escape '^'")
      .orderBy('name')
      .select('type', 'name', 'tbl_name', 'sql'),
  );
  const of = (type: ObjectRow['type']) => rows.filter((row) => row.type === type);
  const indexes = Map.groupBy(of('index'), ({ tbl_name }) => key(tbl_name));
  const tables = of('table').map((row): TableModel => {
    const table = toTable(row);
    return { ...table, indexes: (indexes.get(key(row.name)) ?? []).map(toIndex) };
  });
  // A trigger may have the name of a view.
  const modules = [...of('view'), ...of('trigger')].map(toModule);
  return {
    tables: new Map(tables.map((table) => [key(table.name), table])),
    modules: new Map(modules.map((module) => [`${module.kind} ${key(module.name)}`, module])),
  };
}

function toTable({ name, sql }: ObjectRow): TableModel {
  const statement = parseStatement(sql);
  if (statement.kind === 'create-table') return statement.table;
  const reason =
    statement.kind === 'unreadable' ? statement.reason : 'its statement is none that makes a table';
  return {
    name: modelName([name]),
    columns: [],
    primaryKey: undefined,
    uniques: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
    unread: { statement: sql, reason },
  };
}

function toIndex({ name, sql }: ObjectRow): IndexModel {
  const statement = parseStatement(sql);
  if (statement.kind === 'create-index') return statement.index;
  return {
    name,
    columns: [],
    include: [],
    unique: false,
    clustered: false,
    filter: undefined,
    unread: sql,
  };
}

/** SQLite keeps each statement from `CREATE VIEW` or `CREATE TRIGGER` and the name on as it was written. */
function toModule({ type, name, sql }: ObjectRow): ModuleModel {
  return {
    kind: type === 'view' ? 'view' : 'trigger',
    name,
    definition: sql.replace(/^CREATE (?:VIEW|TRIGGER)\s+/i, ''),
  };
}
