import { hostname, userInfo } from 'node:os';
import { openDatabase } from '@ordercast/platform/database.ts';
import { instantValue } from '@ordercast/platform/column.ts';
import type { Knex } from 'knex';
import { freeKnexLock } from '../history/free-knex-lock.ts';
import {
  APPLIED_TABLE,
  HISTORY_TABLE,
  SQLITE_BOOKKEEPING,
  SQLITE_HISTORY_ADDITIONS,
} from '../history/history-tables.ts';
import { noteRow } from '../history/note.ts';
import type { Note, NoteRow } from '../history/note.ts';
import { readHistory } from '../history/read-history.ts';
import { readSqliteSchema } from '../schema/read-sqlite-schema.ts';
import { withoutBookkeeping } from '../schema/without-bookkeeping.ts';
import type { Direction, Step } from '../step/step.ts';
import { StepFailed } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';

/**
 * An embedded database. A step runs as its file says, always in one transaction, which also asks
 * whether somebody else has done it meanwhile: SQLite has one writer at a time.
 */
export function sqliteTarget(db: Knex, clock: () => number): MigrationTarget {
  const hasTable = (name: string) => db.schema.hasTable(name);
  const prepare = async (handle: Knex) => {
    for (const sql of SQLITE_BOOKKEEPING) await handle.raw(sql);
    for (const [name, type] of SQLITE_HISTORY_ADDITIONS) {
      if (await handle.schema.hasColumn(HISTORY_TABLE, name)) continue;
      await handle.raw(`alter table ${HISTORY_TABLE} add column ${name} ${type}`);
    }
  };

  const attempt = async (step: Step, direction: Direction): Promise<void> => {
    const run = step.run[direction];
    if (run === undefined) return;
    const startedAt = clock();
    const id = await insertRow(db, { ...contentOf(step), direction }, 'started', startedAt);
    const end = (handle: Knex, outcome: 'done' | 'failed', error: string | null) =>
      handle(HISTORY_TABLE)
        .where({ id })
        .update({ outcome, error, duration_ms: clock() - startedAt });
    try {
      await db.transaction(async (trx) => {
        const isApplied =
          (await trx(APPLIED_TABLE).where({ name: step.name }).first()) !== undefined;
        if (isApplied === (direction === 'down')) {
          await run(trx);
          await mark(trx, step, direction, clock());
        }
        await end(trx, 'done', null);
      });
    } catch (error) {
      await end(db, 'failed', String(error).slice(0, 2000)).catch(() => undefined);
      throw new StepFailed(step, direction, error);
    }
  };

  return {
    history: () => readHistory(db, hasTable),
    schema: async () => withoutBookkeeping(await readSqliteSchema(db)),
    surroundings: () => Promise.resolve({ differences: [], told: [] }),
    expectedSchema: async (steps) => {
      const scratch = openDatabase('sqlite::memory:');
      try {
        for (const step of steps) await step.run.up(scratch);
        return await readSqliteSchema(scratch);
      } finally {
        await scratch.destroy();
      }
    },
    whileLocked: async (work) => {
      await db.transaction(prepare);
      return work();
    },
    run: async (step, direction, { onPart }) => {
      await attempt(step, direction);
      onPart({ index: 1, of: 1, rounds: 1 });
    },
    note: (notes) => db.transaction((trx) => writeNotes(trx, notes, clock())),
    unlock: async () => ({
      knexLockFreed: await freeKnexLock(db, hasTable),
      isHeld: false,
      holder: undefined,
    }),
    close: () => db.destroy(),
  };
}

/** What the history keeps of a step. */
function contentOf({ version, name, checksum, statementsChecksum, statements }: Step) {
  return { version, name, checksum, statementsChecksum, statements };
}

async function insertRow(
  handle: Knex,
  row: Omit<NoteRow, 'direction'> & { direction: Direction | NoteRow['direction'] },
  outcome: 'started' | 'done',
  now: number,
): Promise<number | undefined> {
  const [id] = await handle(HISTORY_TABLE).insert({
    version: row.version,
    name: row.name,
    direction: row.direction,
    checksum: row.checksum,
    statements_checksum: row.statementsChecksum,
    statements: row.statements,
    outcome,
    items_done: 0,
    started_at: instantValue(now),
    duration_ms: outcome === 'done' ? 0 : null,
    done_by: userInfo().username,
    done_from: hostname(),
  });
  return id;
}

async function mark(trx: Knex, step: Step, direction: Direction, now: number): Promise<void> {
  if (direction === 'down') {
    await trx(APPLIED_TABLE).where({ name: step.name }).del();
    return;
  }
  await trx.raw(
    `insert into ${APPLIED_TABLE} (name, batch, migration_time)
     select ?, coalesce(max(batch), 0) + 1, ? from ${APPLIED_TABLE}`,
    [step.name, instantValue(now)],
  );
}

async function writeNotes(trx: Knex, notes: readonly Note[], now: number): Promise<void> {
  for (const note of notes) {
    await insertRow(trx, noteRow(note), 'done', now);
    switch (note.kind) {
      case 'baseline':
        await mark(trx, note.step, 'up', now);
        break;
      case 'rename':
        await trx(APPLIED_TABLE).where({ name: note.formerName }).update({ name: note.step.name });
        break;
      case 'forget':
        await trx(APPLIED_TABLE).where({ name: note.name }).del();
        break;
      case 'repair':
    }
  }
}
