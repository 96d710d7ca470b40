import type { Knex } from 'knex';
import { KNEX_LOCK_TABLE } from './history-tables.ts';

/** Frees the row lock of knex's own command line; whether it had stuck. */
export async function freeKnexLock(
  db: Knex,
  hasTable: (name: string) => Promise<boolean>,
): Promise<boolean> {
  if (!(await hasTable(KNEX_LOCK_TABLE))) return false;
  return (await db(KNEX_LOCK_TABLE).where({ is_locked: 1 }).update({ is_locked: 0 })) > 0;
}
