import { integerColumn } from '@ordercast/platform/column.ts';
import { databaseErrorKind } from '@ordercast/platform/database-error.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { nameParts, quotedName } from '../schema/object-name.ts';

const countRow = z.tuple([z.object({ rows: integerColumn })]);

/**
 * How many rows a table holds, counted one by one, since what the catalogue says is an estimate.
 * Undefined where there is no such table, or another keeps it locked.
 */
export async function countRows(db: Knex, table: string): Promise<number | undefined> {
  const sql =
    dialectOf(db) === 'mssql'
      ? `select count_big(*) as [rows] from ${onServer(table)}`
      : `select count(*) as "rows" from "${nameParts(table).join('.').replaceAll('"', '""')}"`;
  try {
    const rows: unknown = await db.raw(sql);
    return countRow.parse(rows)[0].rows;
  } catch (error) {
    const kind = databaseErrorKind(error);
    if (kind === 'other' || kind === 'lock-timeout') return undefined;
    throw error;
  }
}

/** A model has the schema before the name only where that is another than `dbo`. */
function onServer(table: string): string {
  return nameParts(table).length === 1 ? `dbo.${quotedName(table)}` : quotedName(table);
}
