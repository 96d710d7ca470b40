import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';

/** Of one statement: SQL Server's plan for one that takes more grows faster than what it saves. */
const ROWS_AT_ONCE = 5_000;

type Row = Readonly<Record<string, string | number | Date | null>>;

/**
 * Inserts rows of alike columns as one parameter of JSON, taken apart by the database: a parameter for each value costs tens of times as much, and a
 * server takes 2,100 of them.
 */
export async function insertRows(db: Knex, table: string, rows: readonly Row[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const sql = dialectOf(db) === 'mssql' ? serverInsert(table, first) : sqliteInsert(table, columns);
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const some = rows.slice(start, start + ROWS_AT_ONCE);
    await db.raw(sql, [
      JSON.stringify(some.map((row) => columns.map((name) => cell(row, name, db)))),
    ]);
  }
}

/** SQLite keeps an instant as epoch ms. */
function cell(row: Row, name: string, db: Knex): string | number | null {
  const value = row[name] ?? null;
  if (!(value instanceof Date)) return value;
  return dialectOf(db) === 'mssql' ? value.toISOString().slice(0, -1) : value.getTime();
}

function sqliteInsert(table: string, columns: readonly string[]): string {
  const values = columns.map((_name, at) => `value ->> ${at}`);
  return `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from json_each(?)`;
}

function serverInsert(table: string, row: Row): string {
  const columns = Object.keys(row).map((name) => `[${name}]`);
  const values = Object.values(row).map((value, at) => `[${at}] ${serverType(value)} '$[${at}]'`);
  const read = Object.keys(row).map((_name, at) => `[${at}]`);
  return `insert into ${table} (${columns.join(', ')}) select ${read.join(', ')} from openjson(?) with (${values.join(', ')})`;
}

/** Wide enough for every column; the column's own type takes over. */
function serverType(value: Row[string] | undefined): string {
  if (typeof value === 'number') return 'bigint';
  return value instanceof Date ? 'datetime2(3)' : 'nvarchar(4000)';
}
