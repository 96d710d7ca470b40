import { serverErrorOf } from '@ordercast/platform/database-error.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { freeKnexLock } from '../history/free-knex-lock.ts';
import {
  BOOKKEEPING_TABLES,
  HISTORY_TABLE,
  SQLITE_BOOKKEEPING,
  SQLITE_HISTORY_ADDITIONS,
} from '../history/history-tables.ts';
import { readHistory } from '../history/read-history.ts';
import { historyDifferences } from '../schema/history-differences.ts';
import { readSqliteSchema } from '../schema/read-sqlite-schema.ts';
import type { Step } from '../step/step.ts';
import { countRows } from './count-rows.ts';
import type { MigrationTarget } from './migration-target.ts';
import { noteOnSqlite, runSqliteStep } from './sqlite-step.ts';
import { orElseLocked } from './sqlite-locked.ts';

/**
 * An embedded database. Nothing is locked between two steps: each asks in its own transaction
 * whether it is still its turn, see {@link runSqliteStep}.
 */
export function sqliteTarget(db: Knex, clock: () => number): MigrationTarget {
  const hasTable = (name: string) => db.schema.hasTable(name);
  const prepare = async () => {
    // Reads need no lock, so that whoever has nothing to write waits for nobody.
    if (await isPrepared(db)) return;
    await db.transaction(async (trx) => {
      for (const sql of SQLITE_BOOKKEEPING) await trx.raw(sql);
      for (const [name, type] of await missingColumns(trx)) {
        await trx.raw(`alter table ${HISTORY_TABLE} add column ${name} ${type}`);
      }
    });
  };

  return {
    history: () => readHistory(db, hasTable),
    catalogue: () => readSqliteSchema(db),
    surroundings: async (catalogue) => {
      const expected = await onScratch(async (scratch) => {
        for (const sql of SQLITE_BOOKKEEPING) await scratch.raw(sql);
        return readSqliteSchema(scratch);
      });
      return { differences: historyDifferences(expected, catalogue), told: [], unread: [] };
    },
    expectedSchema: (steps) =>
      onScratch(async (scratch) => {
        const unforeseen: string[] = [];
        for (const step of steps) {
          try {
            await step.run.up(scratch);
          } catch (error) {
            unforeseen.push(unforeseenText(step, error));
          }
        }
        return { ...(await readSqliteSchema(scratch)), unforeseen };
      }),
    rowCount: (table, column) => countRows(db, table, column),
    whileLocked: async (work) => {
      await orElseLocked(prepare, NOTHING_DONE);
      return work();
    },
    run: async (step, direction, { all, outOfOrder, onPart }) => {
      const isDone = await runSqliteStep(db, step, { direction, all, outOfOrder, clock });
      onPart({ done: 1, of: 1, batches: 0 });
      return isDone;
    },
    goesOnInParts: false,
    note: (notes) =>
      orElseLocked(() => db.transaction((trx) => noteOnSqlite(trx, notes, clock())), NOTHING_DONE),
    unlock: async (options) => ({
      hadKnexLockStuck: await freeKnexLock(db, hasTable, options),
      isHeld: false,
      holder: undefined,
    }),
    close: () => db.destroy(),
  };
}

const NOTHING_DONE = 'Nothing was changed.';

/** Works on an empty database that is gone afterwards. */
async function onScratch<Result>(work: (scratch: Knex) => Promise<Result>): Promise<Result> {
  const scratch = openDatabase('sqlite::memory:');
  try {
    return await work(scratch);
  } finally {
    await scratch.destroy();
  }
}

/** The error's first line alone: behind it may stand a statement with its data. */
function unforeseenText({ name }: Step, error: unknown): string {
  const [line = ''] = serverErrorOf(error).message.split('\n');
  return `${name}: what it does cannot be foreseen, since it fails on a database without rows: ${line}`;
}

async function isPrepared(db: Knex): Promise<boolean> {
  for (const name of BOOKKEEPING_TABLES) if (!(await db.schema.hasTable(name))) return false;
  return (await missingColumns(db)).length === 0;
}

async function missingColumns(db: Knex): Promise<(readonly [string, string])[]> {
  const missing: (readonly [string, string])[] = [];
  for (const column of SQLITE_HISTORY_ADDITIONS) {
    if (!(await db.schema.hasColumn(HISTORY_TABLE, column[0]))) missing.push(column);
  }
  return missing;
}
