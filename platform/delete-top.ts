import type { Knex } from 'knex';
import { z } from 'zod';

const deletedRow = z.tuple([z.object({ deleted: z.coerce.number() })]);

/**
 * Deletes up to `limit` rows on SQL Server by one statement that locks just those rows and passes
 * over what others hold: as long as `limit` stays below 5,000, the table itself is never locked.
 * `table` and `condition` are our own text; values go into `bindings`.
 */
export async function deleteTop(
  db: Knex,
  limit: number,
  table: string,
  condition: string,
  bindings: readonly Knex.RawBinding[],
): Promise<number> {
  const rows: unknown = await db.raw(
    `delete top (?) from ${table} with (rowlock, readpast) where ${condition}; select @@rowcount as deleted`,
    [limit, ...bindings],
  );
  return deletedRow.parse(rows)[0].deleted;
}
