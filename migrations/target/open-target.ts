import { dialectOf } from '@ordercast/platform/database.ts';
import { wait } from '@ordercast/platform/wait.ts';
import type { Knex } from 'knex';
import type { MigrationTarget } from './migration-target.ts';
import { sqlServerTarget } from './sql-server-target.ts';
import { sqliteTarget } from './sqlite-target.ts';

/**
 * A database as the commands see it, whichever it is. It owns the handle from now on. On SQLite the
 * handle itself says how long a lock is waited for.
 */
export function openTarget(
  db: Knex,
  { lockTimeoutMs, clock }: { lockTimeoutMs: number; clock: () => number },
): MigrationTarget {
  return dialectOf(db) === 'mssql'
    ? sqlServerTarget(db, {
        lockTimeoutMs,
        wait,
        random: Math.random,
      })
    : sqliteTarget(db, clock);
}
