import { copyOf } from '../history/copy-of.ts';
import type { Copy } from '../history/copy-of.ts';
import { goesOn } from '../history/goes-on.ts';
import { isEdited } from '../history/likeness.ts';
import type { Note } from '../history/note.ts';
import { isApplied, isForgotten } from '../history/step-state.ts';
import type { History, StepState } from '../history/step-state.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import { standingSchema } from './standing-schema.ts';
import { asNoted, partsOf } from './standing-steps.ts';
import type { Standing } from './standing-steps.ts';

/** A step that cannot be taken in again, and why. */
export type RefusedReturn = { state: StepState; step: Step } & (
  | { reason: 'copy'; copy: Copy }
  /** A step that is applied would fail after it: both make the same. */
  | { reason: 'clash'; clashes: readonly string[] }
  /** It goes on in part with the very same statements alone; whether the schema would tell that its parts are gone. */
  | { reason: 'edited'; tells: boolean }
  /** How the schema is not as it leaves it; whether that is as it was edited, since nobody can tell there what it was. */
  | { reason: 'schema'; differences: readonly string[]; isOfEdit: boolean }
  /** How what is there is neither what its parts left nor as if it had never been. */
  | { reason: 'parts'; differences: readonly string[]; goesOn: boolean }
);

/** A step that was forgotten and is here again. */
interface Returning extends Standing {
  /** The file's, whole. */
  step: Step;
}

/** What there is to decide by. */
interface Surroundings {
  target: MigrationTarget;
  history: History;
  database: Awaited<ReturnType<typeof standingSchema>>;
}

/**
 * The steps that were forgotten and whose files are here again: those of which the database still has
 * what they made, or what some of their parts made, as notes that take them in again at their old
 * place; those of whose parts nothing is left, as notes that let them begin anew; and the others.
 */
export async function returnedSteps(
  target: MigrationTarget,
  states: readonly StepState[],
  history: History,
): Promise<{ notes: Note[]; refused: RefusedReturn[] }> {
  const notes: Note[] = [];
  const refused: RefusedReturn[] = [];
  const known = states.filter(isApplied);
  const returning: Returning[] = [];
  for (const state of states.filter(isForgotten)) {
    const { step } = state;
    if (step === undefined) continue;
    const copy = copyOf(step, known);
    if (copy === undefined) returning.push({ state, step, standing: standingOf(state, step) });
    else refused.push({ state, step, reason: 'copy', copy });
    known.push(state);
  }
  if (returning.length === 0) return { notes, refused };
  const around = { target, history, database: await standingSchema(target, states, returning) };
  for (const one of returning) {
    const found = await (one.state.status === 'forgotten' ? wholeReturn : halfReturn)(one, around);
    if ('kind' in found) notes.push(found);
    else refused.push(found);
  }
  return { notes, refused };
}

async function wholeReturn(
  { state, step, standing }: Returning,
  { target, database, history }: Surroundings,
): Promise<Note | RefusedReturn> {
  const clashes = await database.clashesWith(standing);
  if (clashes.length > 0) return { state, step, reason: 'clash', clashes };
  const { differences } = await database.differencesWith(standing);
  const noted = isEdited(step, state.noted) ? state.noted : undefined;
  if (differences.length > 0) {
    const isOfEdit = noted !== undefined && !target.goesOnInParts;
    return { state, step, reason: 'schema', differences, isOfEdit };
  }
  return { kind: 'return', step, noted, later: appliedAfter(step, history) };
}

async function halfReturn(
  { state, step, standing }: Returning,
  { target, database, history }: Surroundings,
): Promise<Note | RefusedReturn> {
  const attempt = state.last;
  if (attempt === undefined) throw new Error(`${step.name} has no attempt that stopped.`);
  const isInParts = target.goesOnInParts;
  const isSame = goesOn(step, attempt);
  const { touched, differences } = await database.differencesWith(standing);
  if (isInParts && isSame && differences.length === 0) {
    return { kind: 'return-in-part', step, attempt, later: appliedAfter(step, history) };
  }
  const left = await database.differencesWithout(standing, touched);
  // Where its parts changed rows alone, nothing tells whether they stand: the history says that they do.
  const tells = touched.size > 0 || !isInParts;
  if (tells && left.length === 0) return { kind: 'begin-anew', step };
  if (isInParts && !isSame) return { state, step, reason: 'edited', tells };
  return {
    state,
    step,
    reason: 'parts',
    differences: isInParts ? differences : left,
    goesOn: isInParts,
  };
}

/** What a step has done so far, as it was then, as a step. */
function standingOf(state: StepState, step: Step): Step {
  return (state.status === 'half-forgotten' ? partsOf(state) : asNoted(step, state)) ?? step;
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
