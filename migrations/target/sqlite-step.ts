import { cutText } from '@ordercast/platform/cut-text.ts';
import { hostname, userInfo } from 'node:os';
import { instantValue } from '@ordercast/platform/column.ts';
import type { Knex } from 'knex';
import { APPLIED_TABLE, HISTORY_TABLE } from '../history/history-tables.ts';
import { moveToEnd } from '../history/move-to-end.ts';
import { isMarked, noteRow } from '../history/note.ts';
import type { Note, NoteRow } from '../history/note.ts';
import { earlierThan, previousOf } from '../plan/plan-script.ts';
import type { Direction, Step } from '../step/step.ts';
import { StepFailed } from './migration-target.ts';
import { isLocked, migrationLocked, orElseLocked } from './sqlite-locked.ts';

interface StepContext {
  direction: Direction;
  all: readonly Step[];
  /** Whether it may be done where a later one is already. */
  outOfOrder: boolean;
}

/**
 * One step on SQLite: as its file says, in one transaction, which also asks whether it is still
 * this step's turn. SQLite has one writer at a time, so what is so then is so until its end.
 * Whether it was done: false where another process was faster, of which nothing is noted here.
 * Throws {@link StepFailed}, or `MigrationLocked` where its turn did not come in time.
 */
export async function runSqliteStep(
  db: Knex,
  step: Step,
  context: StepContext & { clock: () => number },
): Promise<boolean> {
  const { direction, clock } = context;
  const run = step.run[direction];
  if (run === undefined) return false;
  const startedAt = clock();
  // Committed first, so that a process that is killed leaves a trace.
  const id = await orElseLocked(
    () => insertRow(db, { ...contentOf(step), direction, ...BEGUN }, startedAt),
    notRun(step),
  );
  const row = (handle: Knex) => handle(HISTORY_TABLE).where({ id });
  const end = (outcome: 'done' | 'failed', error: string | null) => ({
    outcome,
    error,
    duration_ms: clock() - startedAt,
  });
  const attempt = { hasBegun: false };
  try {
    const turn = await db.transaction(async (trx) => {
      const found = await turnOf(trx, step, context);
      // Not before: knex calls this function even where the transaction could not begin.
      attempt.hasBegun = true;
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
    if (!attempt.hasBegun && isLocked(error)) {
      // Whoever is in the way has been waited for already.
      await row(db)
        .queryContext({ lockTimeoutMs: 0 })
        .del()
        .catch(() => undefined);
      throw migrationLocked(error, notRun(step));
    }
    await row(db)
      .update(end('failed', cutText(String(error), 2000)))
      .catch(() => undefined);
    throw new StepFailed(step, direction, { cause: error, isInParts: false });
  }
}

function notRun({ name }: Step): string {
  return `${name} was not run; what was done before it stays.`;
}

/** The same that the guards of the T-SQL ask, and in the same words. */
async function turnOf(
  trx: Knex,
  step: Step,
  { direction, all, outOfOrder }: StepContext,
): Promise<'now' | 'done already' | { waitsFor: string }> {
  const applied = await trx(APPLIED_TABLE).orderBy('id').pluck<string[]>('name');
  if (applied.includes(step.name) === (direction === 'up')) return 'done already';
  const waiting = (why: string) => ({ waitsFor: `${step.name} was not run: ${why}` });
  if (direction === 'down') {
    return applied.at(-1) === step.name
      ? 'now'
      : waiting('what was applied after it must be undone first.');
  }
  const previous = previousOf(step, all);
  if (previous !== undefined && !applied.includes(previous.name)) {
    return waiting(`${previous.name} must be applied first.`);
  }
  const versions = applied.map((name) => name.slice(0, 14));
  if (versions.filter((version) => version < step.version).length < earlierThan(step, all)) {
    return waiting('an earlier step is not applied.');
  }
  if (!outOfOrder && versions.some((version) => version > step.version)) {
    return waiting(
      'a later step is applied already. See whether it still fits, and apply it with --out-of-order.',
    );
  }
  return 'now';
}

const BEGUN = { outcome: 'started', itemsDone: 0, itemCursor: null } as const;

/** What the history keeps of a step. */
function contentOf({ version, name, checksum, statementsChecksum, statements }: Step) {
  return { version, name, checksum, statementsChecksum, statements };
}

async function insertRow(handle: Knex, row: NoteRow, now: number): Promise<number | undefined> {
  const [id] = await handle(HISTORY_TABLE).insert({
    version: row.version,
    name: row.name,
    direction: row.direction,
    checksum: row.checksum,
    statements_checksum: row.statementsChecksum,
    statements: row.statements,
    outcome: row.outcome,
    items_done: row.itemsDone,
    item_cursor: row.itemCursor,
    started_at: instantValue(now),
    duration_ms: row.outcome === 'started' ? null : 0,
    done_by: userInfo().username,
    done_from: hostname(),
  });
  return id;
}

async function mark(
  trx: Knex,
  step: Pick<Step, 'name'>,
  direction: Direction,
  now: number,
): Promise<void> {
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

/** Notes what is so, without anything being done to the schema. */
export async function noteOnSqlite(trx: Knex, notes: readonly Note[], now: number): Promise<void> {
  for (const note of notes) {
    const row = noteRow(note);
    await insertRow(trx, row, now);
    if (isMarked(note)) await mark(trx, row, 'up', now);
    switch (note.kind) {
      case 'return':
      case 'return-in-part':
        await moveToEnd(trx, APPLIED_TABLE, isMarked(note) ? note.later : []);
        break;
      case 'rename':
        await trx(APPLIED_TABLE).where({ name: note.formerName }).update({ name: note.step.name });
        break;
      case 'forget':
        await trx(APPLIED_TABLE).where({ name: note.name }).del();
        break;
      case 'baseline':
      case 'begin-anew':
      case 'forget-parts':
      case 'repair':
    }
  }
}
