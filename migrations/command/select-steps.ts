import { goesOn } from '../history/goes-on.ts';
import { likenessOf } from '../history/likeness.ts';
import { isBeforeApplied, isPending, stepStates } from '../history/step-state.ts';
import type { History, StepState } from '../history/step-state.ts';
import { begunAs } from '../plan/history-checks.ts';
import type { Begun } from '../plan/history-checks.ts';
import type { Step } from '../step/step.ts';
import {
  assertInOrder,
  assertKnown,
  assertNoneUnfinished,
  assertSound,
  assertUndoable,
} from './assert-states.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** Whether a command line means this step: by its 14 digits, or by its file's name, with or without the end. */
export function isNamed(
  text: string,
  { version, name }: { version: string; name: string },
): boolean {
  return text === version || text === name || text === name.replace(/\.[a-z]+$/, '');
}

/** The version that `--to` names, see {@link isNamed}; or 0 for the state before all. */
export function versionOf(to: string, steps: readonly Step[]): string {
  if (/^0+$/.test(to)) return '0';
  const step = steps.find((one) => isNamed(to, one));
  if (step !== undefined) return step.version;
  const known = steps.map(({ version, name }) => `  ${version}  ${name}`).join('\n');
  throw new Refused(
    EXIT.usage,
    `${to.trim() === '' ? '--to is empty' : `--to ${to} is none of the steps`}. Give the 14 digits or the name of one, or 0 for the state before all:\n${known}`,
  );
}

/**
 * What `up` has to do, oldest first. Refuses where what is applied is not what stands here, and,
 * unless told otherwise, where a step comes before one that is applied.
 */
export function stepsToApply(
  steps: readonly Step[],
  history: History,
  { to, outOfOrder }: { to: string | undefined; outOfOrder: boolean },
): Step[] {
  const states = stepStates(steps, history);
  assertSound(states);
  const last = to === undefined ? undefined : versionOf(to, steps);
  const isWanted = ({ version }: { version: string }) => last === undefined || version <= last;
  const pending = states.filter((state) => isPending(state) && isWanted(state));
  if (!outOfOrder) assertInOrder(pending.filter((state) => isBeforeApplied(state, states)));
  return pending.flatMap(({ step }) => step ?? []);
}

/** What `down` has to undo, and what it leaves although its version is higher than that of `to`. */
export interface Undoing {
  /** What was applied last comes first. */
  steps: Step[];
  staying: Step[];
  /** Those of the steps that are undone in part already. */
  begun: readonly StepState[];
}

/**
 * What `down` has to undo: all that was applied after `to`, or only what was applied last. The
 * history tells the order, not the versions: a step may have been applied after one of a higher
 * version, and may build on it.
 */
export function stepsToUndo(
  steps: readonly Step[],
  history: History,
  to: string | undefined,
): Undoing {
  const states = stepStates(steps, history);
  assertKnown(states);
  assertNoneUnfinished(states);
  const undoing = undoingUpTo(to, steps, history);
  assertUndoable(states, undoing.steps);
  return { ...undoing, begun: states.filter(({ status }) => status === 'half-undone') };
}

/** The attempts that go on though their steps were edited, behind what is done of them. */
export function begunOf(states: readonly StepState[]): Begun {
  return new Map(
    states.flatMap(({ version, status, step, last }) => {
      const isBegun = status === 'half-applied' || status === 'half-undone';
      if (!isBegun || step === undefined || last === undefined) return [];
      const isEdited = likenessOf(step, last) !== 'same';
      return isEdited && goesOn(step, last) ? [[version, begunAs(last)]] : [];
    }),
  );
}

function undoingUpTo(
  to: string | undefined,
  steps: readonly Step[],
  history: History,
): Omit<Undoing, 'begun'> {
  const order = history.appliedNames.flatMap(
    (name) => steps.find((one) => one.name === name) ?? [],
  );
  if (to === undefined) return { steps: order.slice(-1), staying: [] };
  const last = versionOf(to, steps);
  if (last === '0') return { steps: order.toReversed(), staying: [] };
  const index = order.findIndex(({ version }) => version === last);
  if (index === -1) {
    throw new Refused(
      EXIT.refused,
      `Refused: --to ${to} is not applied, so nothing was applied after it. See "status".`,
    );
  }
  return {
    steps: order.slice(index + 1).reverse(),
    staying: order.slice(0, index).filter(({ version }) => version > last),
  };
}
