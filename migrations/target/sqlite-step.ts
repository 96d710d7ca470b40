import { cutText } from '@ordercast/platform/cut-text.ts';
import { hostname, userInfo } from 'node:os';
import { instantValue } from '@ordercast/platform/column.ts';
import type { Knex } from 'knex';
import { APPLIED_TABLE, HISTORY_TABLE } from '../history/history-tables.ts';
import { previousOf } from '../plan/plan-script.ts';
import type { Direction, Step } from '../step/step.ts';
import { StepFailed } from './migration-target.ts';
import type { Note } from './migration-target.ts';

/**
 * One step on SQLite: as its file says, in one transaction, which also asks whether it is still
 * this step's turn. SQLite has one writer at a time, so what is so then is so until its end.
 * Whether it was done: false where another process was faster, of which nothing is noted here.
 */
export async function runSqliteStep(
  db: Knex,
  step: Step,
  { direction, all, clock }: { direction: Direction; all: readonly Step[]; clock: () => number },
): Promise<boolean> {
  const run = step.run[direction];
  if (run === undefined) return false;
  const startedAt = clock();
  // Committed first, so that a process that is killed leaves a trace.
  const id = await insertRow(db, step, direction, 'started', startedAt);
  const row = (handle: Knex) => handle(HISTORY_TABLE).where({ id });
  const end = (outcome: 'done' | 'failed', error: string | null) => ({
    outcome,
    error,
    duration_ms: clock() - startedAt,
  });
  try {
    const turn = await db.transaction(async (trx) => {
      const found = await turnOf(trx, step, direction, all);
      if (found !== 'now') {
        await row(trx).del();
        return found;
      }
      await run(trx);
      await mark(trx, step, direction, clock());
      await row(trx).update(end('done', null));
      return found;
    });
    if (typeof turn === 'object') throw new Error(turn.waitsFor);
    return turn === 'now';
  } catch (error) {
    await row(db)
      .update(end('failed', cutText(String(error), 2000)))
      .catch(() => undefined);
    throw new StepFailed(step, direction, error);
  }
}

/** The same that the guards of the T-SQL ask, and in the same words. */
async function turnOf(
  trx: Knex,
  step: Step,
  direction: Direction,
  all: readonly Step[],
): Promise<'now' | 'done already' | { waitsFor: string }> {
  const applied = await trx(APPLIED_TABLE).orderBy('id').pluck<string[]>('name');
  if (applied.includes(step.name) === (direction === 'up')) return 'done already';
  if (direction === 'up') {
    const previous = previousOf(step, all);
    if (previous === undefined || applied.includes(previous.name)) return 'now';
    return { waitsFor: `${step.name} was not run: ${previous.name} must be applied first.` };
  }
  if (applied.at(-1) === step.name) return 'now';
  return {
    waitsFor: `${step.name} was not run: what was applied after it must be undone first.`,
  };
}

async function insertRow(
  handle: Knex,
  step: Step,
  direction: Direction | Note['kind'],
  outcome: 'started' | 'done',
  now: number,
): Promise<number | undefined> {
  const [id] = await handle(HISTORY_TABLE).insert({
    version: step.version,
    name: step.name,
    direction,
    checksum: step.checksum,
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

/** Notes what is so, without anything being done. */
export async function noteOnSqlite(trx: Knex, notes: readonly Note[], now: number): Promise<void> {
  for (const { step, kind } of notes) {
    await insertRow(trx, step, kind, 'done', now);
    if (kind === 'baseline') await mark(trx, step, 'up', now);
  }
}
