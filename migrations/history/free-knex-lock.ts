import type { Knex } from 'knex';
import { KNEX_LOCK_TABLE } from './history-tables.ts';

/** Frees the row lock of knex's own command line, but for a dry run; whether it had stuck. */
export async function freeKnexLock(
  db: Knex,
  hasTable: (name: string) => Promise<boolean>,
  { dryRun }: { dryRun: boolean },
): Promise<boolean> {
  if (!(await hasTable(KNEX_LOCK_TABLE))) return false;
  const stuck = db(KNEX_LOCK_TABLE).where({ is_locked: 1 });
  if (dryRun) return (await stuck.select('is_locked')).length > 0;
  return (await stuck.update({ is_locked: 0 })) > 0;
}
