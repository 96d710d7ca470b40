import { join } from 'node:path';
import type { Knex } from 'knex';
import { assertGoesOn, assertNoneForgotten } from './command/assert-states.ts';
import { assertNotDoneInPart } from './command/pending-steps.ts';
import { renamesOf } from './history/note.ts';
import { someNames } from './history/some-names.ts';
import { isPending, isUnknown, stepStates } from './history/step-state.ts';
import type { StepState } from './history/step-state.ts';
import { loadSteps } from './step/load-steps.ts';
import type { Step } from './step/step.ts';
import { openTarget } from './target/open-target.ts';

/** knex's own settings for the files of `versions/`; the knexfile uses the same. */
export const MIGRATION_SETTINGS = {
  directory: join(import.meta.dirname, 'versions'),
  loadExtensions: ['.ts'],
} satisfies Knex.MigratorConfig;

/** The database holds migrations that this code does not have: it belongs to a newer version. */
export class DatabaseIsNewer extends Error {
  override name = 'DatabaseIsNewer';
  readonly unknownMigrations: readonly string[];

  constructor(unknownMigrations: readonly string[]) {
    super(
      'The database belongs to a newer version of Ordercast: it holds migrations that this ' +
        `version does not know (${someNames(unknownMigrations)}). Run that version, or use ` +
        'another database.',
    );
    this.unknownMigrations = unknownMigrations;
  }
}

/** How long another process's migration is waited for; on SQLite the handle itself says it. */
const LOCK_TIMEOUT_MS = 30_000;

let loading: Promise<Step[]> | undefined;

function ownSteps(): Promise<Step[]> {
  loading ??= loadSteps(MIGRATION_SETTINGS.directory);
  return loading;
}

/**
 * Applies every pending migration and returns their names in order (none where the schema is
 * current), for programs that may change their database by themselves. Throws
 * {@link DatabaseIsNewer}, and where a step is half done or was forgotten what `up` refuses with,
 * before it changes anything.
 */
export async function migrateToLatest(db: Knex): Promise<string[]> {
  const steps = await ownSteps();
  const target = openTarget(db, { lockTimeoutMs: LOCK_TIMEOUT_MS, clock: Date.now });
  if (pendingOf(stepStates(steps, await target.history())).length === 0) return [];
  return target.whileLocked(async () => {
    const history = await target.history();
    const states = stepStates(steps, history);
    const pending = pendingOf(states);
    await assertNotDoneInPart(pending, { steps, target, history });
    // The guards of what follows ask for its predecessors by their names.
    await target.note(renamesOf(states));
    for (const step of pending) {
      await target.run(step, 'up', {
        all: steps,
        // The database is the program's own: nobody is there who would look at a late step first.
        outOfOrder: true,
        onPart: () => undefined,
      });
    }
    return pending.map(({ name }) => name);
  });
}

/** Names of the migrations not yet applied, oldest first. Throws what {@link migrateToLatest} does. */
export async function pendingMigrations(db: Knex): Promise<string[]> {
  const steps = await ownSteps();
  const target = openTarget(db, { lockTimeoutMs: LOCK_TIMEOUT_MS, clock: Date.now });
  return pendingOf(stepStates(steps, await target.history())).map(({ name }) => name);
}

function pendingOf(states: readonly StepState[]): Step[] {
  const unknown = states.filter(isUnknown).map(({ name }) => name);
  if (unknown.length > 0) throw new DatabaseIsNewer(unknown);
  assertGoesOn(states);
  assertNoneForgotten(states);
  return states.filter(isPending).flatMap(({ step }) => step ?? []);
}
