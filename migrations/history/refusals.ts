import { upCommand } from './command-to-go-on.ts';
import { progressOf } from './progress.ts';
import { someNames } from './some-names.ts';
import type { StepState } from './step-state.ts';

const FINISH = 'Put right what is wrong and finish it with "{up}" first; then it can be undone';
/** `down` alone wants an approval, or to be told how far. */
export const FINISH_DOWN =
  '"down --dry-run" shows what is left, and prints the approval with which "down --approved <sha256>" finishes it';

/** Where nobody wants to go on with it any more. */
const GIVE_UP =
  'Or give it up: take its file away, forget it with "repair --forget", which lists it then, and remove by hand what is left of it.';

/**
 * Why nothing is done while a step is in some state, and what to do: the same words in the tool's
 * refusals and in those of its scripts. `{name}` is the step's, `{progress}` how far its last attempt came,
 * `{way}` whether that applied or undid it, and `{up}` the `up` that goes on, see {@link upCommand}.
 */
export const REFUSALS = {
  /** For both directions. */
  lost: '{name} is applied in part, and its file is not here, or has another version. Put it back under this name, and finish it with "{up}"; or, where it is gone for good, forget it with "repair --forget", which lists it.',
  lostUndone: `{name} is undone in part, and its file is not here, or has another version. Put it back under this name, and finish it: ${FINISH_DOWN}; or, where it is gone for good, forget it with "repair --forget", which lists it.`,
  /** On its way up. */
  halfAppliedEdited: `{name} was edited after {progress} had been applied, and goes on behind the very same ones alone: take the edit of what is done back, and "{up}" finishes it with what is left as it stands here then. ${GIVE_UP}`,
  halfAppliedRecompiled:
    '{name} comes to other T-SQL than when {progress} had been applied, so nobody knows where to go on. Finish it with "{up}" of the release that began it.',
  halfUndone: `{name} is undone in part ({progress}). Finish that first: ${FINISH_DOWN}.`,
  changed:
    '{name} was edited after it had been applied, so nobody knows what the database is. See with "verify" what is other, take the edit back and write a new step, or accept it knowingly with "repair".',
  forgotten:
    '{name} was applied, and then forgotten; its file is here again. "repair" takes it in again if what it made is in the database. To run it anew, give its file a version of its own.',
  halfForgotten:
    '{name} was {way} in part ({progress}), and then forgotten; its file is here again. "repair" looks at what those parts left in the database: where that is there, it goes on behind them; where it was removed, it begins anew.',
  /** On its way down. */
  failed: `{name} has failed. ${FINISH}. It left nothing: where it is given up, take its file away.`,
  interrupted: `{name} was interrupted, or still runs. ${FINISH}. It left nothing: where it is given up, take its file away.`,
  halfApplied: `{name} is applied in part. ${FINISH}.`,
  halfUndoneOther: `{name} was edited, or comes to other T-SQL, since {progress} had been undone, so nobody knows where to go on. Take the edit back, or use the release that began it, and finish it: ${FINISH_DOWN}. ${GIVE_UP}`,
  changedBelow:
    '{name} was edited after it had been applied, so its down may not undo what was done. See with "verify" what is other, and take the edit back, or accept it knowingly with "repair".',
} as const;

export type Refusal = keyof typeof REFUSALS;

/**
 * The words for steps in one state, `all` being those of the folder and the database; they have come
 * equally far where that is told.
 */
export function refusalText(
  refusal: Refusal,
  states: readonly StepState[],
  all: readonly StepState[],
): string {
  const [first] = states;
  const names = someNames(states.map(({ name }) => name));
  return REFUSALS[refusal]
    .replace('{name}', () => names)
    .replace('{way}', () => wayOf(first?.last?.direction))
    .replace('{progress}', () => (first === undefined ? '' : progressOf(first)))
    .replace('{up}', () => upCommand(all, first));
}

/** What an attempt in this direction has done to some of the parts. */
export function wayOf(direction: string | undefined): 'applied' | 'undone' {
  return direction === 'down' ? 'undone' : 'applied';
}
