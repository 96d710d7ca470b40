import type { Note } from '../history/note.ts';
import { isApplied } from '../history/step-state.ts';
import type { History, StepState } from '../history/step-state.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import { driftOf } from './verify.ts';

/** A step that cannot be taken in again, with how the schema is not as it leaves it. */
export interface RefusedReturn {
  step: Step;
  differences: readonly string[];
}

/**
 * The steps that were forgotten and whose files are here again: those of which the database still has
 * what they made, as notes that take them in again at their old place, and the others.
 */
export async function returnedSteps(
  target: MigrationTarget,
  states: readonly StepState[],
  history: History,
): Promise<{ notes: Note[]; refused: RefusedReturn[] }> {
  const isReturned = ({ status }: StepState) => status === 'forgotten';
  if (!states.some(isReturned)) return { notes: [], refused: [] };
  const there = states.filter((state) => isApplied(state) || isReturned(state));
  const all = there.flatMap(({ step }) => step ?? []);
  const drift = await driftOf(target, all, await target.catalogue());
  const notes: Note[] = [];
  const refused: RefusedReturn[] = [];
  for (const step of there.filter(isReturned).flatMap((state) => state.step ?? [])) {
    const touched = await touchedBy(step, all, target);
    const differences = drift.differences
      .filter(({ subject }) => touched.has(tableOf(subject)))
      .map(describeDifference);
    if (differences.length > 0) refused.push({ step, differences });
    else notes.push({ kind: 'return', step, later: appliedAfter(step, history) });
  }
  return { notes, refused };
}

/** Tables and other objects that a step makes, changes or drops. */
async function touchedBy(
  step: Step,
  all: readonly Step[],
  target: Pick<MigrationTarget, 'expectedSchema'>,
): Promise<Set<string>> {
  const before = all.slice(0, all.indexOf(step));
  const { differences } = compareSchemas(
    await target.expectedSchema(before),
    await target.expectedSchema([...before, step]),
  );
  return new Set(differences.map(({ subject }) => tableOf(subject)));
}

/** `orders` of `orders.note` and of `orders: ix_orders_status`. */
function tableOf(subject: string): string {
  return subject.split(/[.:]/, 1)[0]?.toLowerCase() ?? '';
}

/** Names of what was applied after a step, in that order; by versions where the history does not tell. */
function appliedAfter(step: Step, { appliedNames, rows }: History): string[] {
  const appliedAt = (wanted: string) =>
    rows.findLast(
      ({ version, direction, outcome }) =>
        version === wanted &&
        (direction === 'up' || direction === 'baseline') &&
        outcome === 'done',
    )?.id;
  const own = appliedAt(step.version);
  return appliedNames.filter((name) => {
    const version = name.slice(0, 14);
    const other = appliedAt(version);
    return own === undefined || other === undefined ? version > step.version : other > own;
  });
}
