import type { Knex } from 'knex';
import { z } from 'zod';
import { parseStatement } from './parse-statement.ts';
import { key } from './schema-model.ts';
import type { SchemaModel, TableModel } from './schema-model.ts';

const objectRow = z.object({
  type: z.string(),
  name: z.string(),
  sql: z.string(),
});

/** A SQLite schema, read from the statements that SQLite itself keeps of it. */
export async function readSqliteSchema(db: Knex): Promise<SchemaModel> {
  const rows = z
    .array(objectRow)
    .parse(
      await db('sqlite_master')
        .whereNotNull('sql')
        .whereNot('name', 'like', 'sqlite_%')
        .orderBy('name')
        .select('type', 'name', 'sql'),
    );
  const tables = new Map<string, TableModel>();
  for (const { name, sql } of rows.filter(({ type }) => type === 'table')) {
    const statement = parseStatement(sql);
    if (statement.kind === 'create-table') tables.set(key(statement.table.name), statement.table);
    else throw new Error(`The table ${name} cannot be read: ${sql}`);
  }
  for (const { sql } of rows.filter(({ type }) => type === 'index')) {
    const statement = parseStatement(sql);
    if (statement.kind !== 'create-index') continue;
    const table = tables.get(key(statement.table));
    if (table === undefined) continue;
    tables.set(key(table.name), { ...table, indexes: [...table.indexes, statement.index] });
  }
  return { tables, modules: new Map() };
}
