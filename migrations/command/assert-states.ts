import { goesOn } from '../history/goes-on.ts';
import { likenessOf } from '../history/likeness.ts';
import { refusalText } from '../history/refusals.ts';
import type { Refusal } from '../history/refusals.ts';
import { someNames } from '../history/some-names.ts';
import { isLost, isUnknown } from '../history/step-state.ts';
import type { StepState, StepStatus } from '../history/step-state.ts';
import type { Step } from '../step/step.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** Refuses to go on where what is applied is not what stands here. */
export function assertSound(states: readonly StepState[]): void {
  assertKnown(states);
  assertGoesOn(states);
  const changed = states.filter(({ status }) => status === 'changed');
  if (changed.length > 0) throw refusedFor('changed', states, ...changed);
  assertNoneForgotten(states);
}

/** Refuses to apply anything on top of parts of a step that nobody can go on with, or that are undone. */
export function assertGoesOn(states: readonly StepState[]): void {
  assertNoneLost(states);
  for (const state of states) {
    const { step, status, last } = state;
    if (status !== 'half-applied' || step === undefined || goesOn(step, last)) continue;
    const isRecompiled = likenessOf(step, last) === 'recompiled';
    throw refusedFor(isRecompiled ? 'halfAppliedRecompiled' : 'halfAppliedEdited', states, state);
  }
  const undone = states.find(({ status }) => status === 'half-undone');
  if (undone === undefined) return;
  throw refusedFor(isStuck(undone) ? 'halfUndoneOther' : 'halfUndone', states, undone);
}

/** Refuses to pass over, or to run, what was forgotten and is here again. */
export function assertNoneForgotten(states: readonly StepState[]): void {
  const inPart = states.find(({ status }) => status === 'half-forgotten');
  if (inPart !== undefined) throw refusedFor('halfForgotten', states, inPart);
  const forgotten = states.filter(({ status }) => status === 'forgotten');
  if (forgotten.length > 0) throw refusedFor('forgotten', states, ...forgotten);
}

/** Refuses to undo steps whose files are not what was applied, or what was undone in part. */
export function assertUndoable(states: readonly StepState[], undone: readonly Step[]): void {
  const wanted = states.filter(({ name }) => undone.some((step) => step.name === name));
  const other = wanted.find((state) => state.status === 'half-undone' && isStuck(state));
  if (other !== undefined) throw refusedFor('halfUndoneOther', states, other);
  const changed = wanted.filter(({ status }) => status === 'changed');
  if (changed.length > 0) throw refusedFor('changedBelow', states, ...changed);
}

/** Whether its file is another than the one with which an attempt at it began, so that nothing goes on. */
function isStuck({ step, last }: StepState): boolean {
  return step !== undefined && !goesOn(step, last);
}

/** On top of half a step nobody knows what the steps before it may lose. */
export function assertNoneUnfinished(states: readonly StepState[]): void {
  for (const state of states) {
    const refusal = UNFINISHED.get(state.status);
    if (refusal !== undefined) throw refusedFor(refusal, states, state);
  }
}

const UNFINISHED: ReadonlyMap<StepStatus, Refusal> = new Map([
  ['failed', 'failed'],
  ['interrupted', 'interrupted'],
  ['half-applied', 'halfApplied'],
]);

/** Refuses to go on where the steps of the database and those of the folder are not the same ones. */
export function assertKnown(states: readonly StepState[]): void {
  assertNotNewer(states);
  assertNoneLost(states);
  const renamed = states.filter(({ formerName }) => formerName !== undefined);
  if (renamed.length > 0) {
    const list = renamed.map(({ name, formerName }) => `${formerName} is ${name} now`);
    throw refused(`${someNames(list)}. Note the new name with "repair"; nothing is run by that.`);
  }
  const deleted = states.filter(({ status }) => status === 'deleted');
  if (deleted.length > 0) {
    throw refused(
      `${namesOf(deleted)} is applied here, and its file is gone. Put the file back (another branch or ` +
        `release may have it), or, where it is gone for good, forget it with ${forgetText(deleted)}: ` +
        'what it made stays in the database.',
    );
  }
}

/** Nothing is done beside parts of a step that is not here. */
function assertNoneLost(states: readonly StepState[]): void {
  const lost = states.find(isLost);
  if (lost === undefined) return;
  throw refusedFor(lost.status === 'half-undone' ? 'lostUndone' : 'lost', states, lost);
}

/** A database of a newer version may not be changed by an older one. */
export function assertNotNewer(states: readonly StepState[]): void {
  const unknown = states.filter(isUnknown);
  if (unknown.length === 0) return;
  throw refused(
    `the database holds steps that are newer than all that stand here (${namesOf(unknown)}). Either it ` +
      'belongs to a newer version of Ordercast: use that version. Or their files are gone for good, as ' +
      `those of a branch that was withdrawn: then forget them with ${forgetText(unknown)}; what they ` +
      'made stays in the database.',
  );
}

/** The command that forgets these steps, or the one that lists them where they are many. */
function forgetText(states: readonly StepState[]): string {
  return states.length > 3
    ? '"repair --forget", which lists them'
    : `"repair --forget ${states.map(({ version }) => version).join(' ')}"`;
}

function namesOf(named: readonly { name: string }[]): string {
  return someNames(named.map(({ name }) => name));
}

/** Refuses steps that come late: what they do was thought out for another schema. */
export function assertInOrder(late: readonly StepState[]): void {
  if (late.length === 0) return;
  const begun = late.filter(({ status }) => status === 'half-applied');
  if (begun.length > 0) {
    throw refused(
      `${namesOf(begun)} is applied in part, and comes before a step that is applied already. ` +
        'Finish it with "up --out-of-order".',
    );
  }
  throw refused(
    `${namesOf(late)} comes before a step that is applied already. ` +
      'See whether it still does what it should ("up --out-of-order --dry-run" shows it), then ' +
      'apply it with "up --out-of-order"; or give it a later version by a new name.',
  );
}

/** `all` are those of the folder and the database, `states` those that are in the way. */
function refusedFor(
  refusal: Refusal,
  all: readonly StepState[],
  ...states: readonly StepState[]
): Refused {
  return refused(refusalText(refusal, states, all));
}

function refused(reason: string): Refused {
  return new Refused(EXIT.refused, `Refused: ${reason}`);
}
