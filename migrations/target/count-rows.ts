import { integerColumn } from '@ordercast/platform/column.ts';
import { databaseErrorKind } from '@ordercast/platform/database-error.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { inBrackets, nameParts, quotedName } from '../schema/object-name.ts';

const countRow = z.tuple([z.object({ rows: integerColumn })]);

/**
 * How many rows a table holds, or how many of them hold a value in a column, counted one by one, since
 * what the catalogue says is an estimate. Undefined where there is no such table or column, the server
 * does not count such a type (text, ntext, image, xml), or another keeps the table locked.
 */
export async function countRows(
  db: Knex,
  table: string,
  column?: string,
): Promise<number | undefined> {
  const sql =
    dialectOf(db) === 'mssql'
      ? `select count_big(${column === undefined ? '*' : inBrackets(column)}) as [rows] from ${onServer(table)}`
      : `select count(${column === undefined ? '*' : onSqlite(column)}) as "rows" from ${onSqlite(nameParts(table).join('.'))}`;
  try {
    const rows: unknown = await db.raw(sql);
    return countRow.parse(rows)[0].rows;
  } catch (error) {
    const kind = databaseErrorKind(error);
    if (kind === 'other' || kind === 'lock-timeout') return undefined;
    throw error;
  }
}

/** In backquotes: what stands in double quotes and names no column would be a text. */
function onSqlite(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A model has the schema before the name only where that is another than `dbo`. */
function onServer(table: string): string {
  return nameParts(table).length === 1 ? `dbo.${quotedName(table)}` : quotedName(table);
}
