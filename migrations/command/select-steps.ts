import { isApplied, isPending, stepStates, stepsOutOfOrder } from '../history/step-state.ts';
import type { History } from '../history/step-state.ts';
import type { Step } from '../step/step.ts';
import { assertInOrder, assertKnown, assertSound } from './assert-states.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** The version that `--to` names: its 14 digits, its file's name, or 0 for the state before all. */
export function versionOf(to: string, steps: readonly Step[]): string {
  if (/^0+$/.test(to)) return '0';
  const step = steps.find(({ version, name }) => to === version || to === name);
  if (step !== undefined) return step.version;
  const known = steps.map(({ version, name }) => `  ${version}  ${name}`).join('\n');
  throw new Refused(
    EXIT.usage,
    `--to ${to} is none of the steps. Give the 14 digits of one, or 0 for the state before all:\n${known}`,
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
  if (!outOfOrder) assertInOrder(stepsOutOfOrder(states).filter(isWanted));
  return states
    .filter((state) => isPending(state) && isWanted(state))
    .flatMap(({ step }) => step ?? []);
}

/** What `down` has to undo, newest first: all after `to`, or only the last one. */
export function stepsToUndo(
  steps: readonly Step[],
  history: History,
  to: string | undefined,
): Step[] {
  const states = stepStates(steps, history);
  assertKnown(states);
  const halfway = states.find(({ status }) => status === 'half-applied');
  if (halfway !== undefined) {
    throw new Refused(
      EXIT.refused,
      `${halfway.name} is applied in part. Finish it with "up" first; then it can be undone.`,
    );
  }
  const applied = states
    .filter(isApplied)
    .flatMap(({ step }) => step ?? [])
    .reverse();
  if (to === undefined) return applied.slice(0, 1);
  const last = versionOf(to, steps);
  return applied.filter(({ version }) => version > last);
}
