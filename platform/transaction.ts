import { setTimeout as delay } from 'node:timers/promises';
import type { Knex } from 'knex';
import { dialectOf } from './database.ts';
import { isWorthRepeating } from './database-error.ts';
import { retryPauseMs } from './retry-pause.ts';
import { CommitOutcomeUnknown } from './sql-server/sql-server-transaction.ts';

const ATTEMPTS = 5;
const PAUSES = { baseMs: 40, maxMs: 500 };

/**
 * Runs a whole unit of work in one transaction, and once more from its beginning where SQL Server
 * chose it as a deadlock's victim or was briefly unable (at most 5 times, after growing pauses): so
 * `work` must do nothing but through its transaction. What may have been committed is never
 * repeated: see `CommitOutcomeUnknown`.
 */
export async function inTransaction<Result>(
  db: Knex,
  work: (transaction: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      // On SQLite a transaction waits for its lock before it begins, and then runs through.
      const mayRepeat = dialectOf(db) === 'mssql' && !(error instanceof CommitOutcomeUnknown);
      if (!mayRepeat || attempt === ATTEMPTS || !isWorthRepeating(error)) throw error;
    }
    await delay(retryPauseMs(attempt, PAUSES, Math.random));
  }
}
