import { isApplied, progressOf, stepStates, unknownSteps } from '../history/step-state.ts';
import type { History, StepState } from '../history/step-state.ts';
import type { Step } from '../step/step.ts';
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

/** What `up` has to do, oldest first. Refuses where what is applied is not what stands here. */
export function stepsToApply(
  steps: readonly Step[],
  history: History,
  to: string | undefined,
): Step[] {
  const states = stepStates(steps, history);
  assertSound(states);
  const last = to === undefined ? undefined : versionOf(to, steps);
  return states.flatMap((state) =>
    state.step !== undefined && !isApplied(state) && (last === undefined || state.version <= last)
      ? [state.step]
      : [],
  );
}

/** What `down` has to undo, and what it leaves although its version is higher than that of `to`. */
export interface Undoing {
  /** What was applied last comes first. */
  steps: Step[];
  staying: Step[];
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

/** On top of half a step nobody knows what the steps before it may lose. */
function assertNoneUnfinished(states: readonly StepState[]): void {
  const unfinished = states.find(({ status }) => UNFINISHED.has(status));
  if (unfinished === undefined) return;
  throw new Refused(
    EXIT.refused,
    `Refused: ${unfinished.name} ${UNFINISHED.get(unfinished.status)}`,
  );
}

const FINISH = 'Put right what is wrong and finish it with "up" first; then it can be undone';
const UNFINISHED: ReadonlyMap<string, string> = new Map([
  ['failed', `has failed. ${FINISH}. It left nothing: where it is given up, take its file away.`],
  [
    'interrupted',
    `was interrupted, or still runs. ${FINISH}. It left nothing: where it is given up, take its file away.`,
  ],
  ['half-applied', `is applied in part. ${FINISH}.`],
]);

function assertSound(states: readonly StepState[]): void {
  assertKnown(states);
  const rewritten = states.find(
    ({ status, last, step }) => status === 'half-applied' && last?.checksum !== step?.checksum,
  );
  if (rewritten !== undefined) {
    throw new Refused(
      EXIT.refused,
      `Refused: ${rewritten.name} was edited after ${progressOf(rewritten)} had been applied, so nobody ` +
        'knows where to go on. Take the edit back, finish it with "up", and write a new step.',
    );
  }
  const undone = states.find(({ status }) => status === 'half-undone');
  if (undone !== undefined) {
    throw new Refused(
      EXIT.refused,
      `Refused: ${undone.name} is undone in part (${progressOf(undone)}). Finish it with "down" first.`,
    );
  }
  const changed = states.filter(({ status }) => status === 'changed').map(({ name }) => name);
  if (changed.length > 0) {
    throw new Refused(
      EXIT.refused,
      `Refused: ${changed.join(', ')} was edited after it had been applied, so nobody knows what the ` +
        'database is. Take the edit back and write a new step, or accept it knowingly with "repair".',
    );
  }
}

/** A database of a newer version may not be changed by an older one. */
export function assertKnown(states: readonly StepState[]): void {
  const unknown = unknownSteps(states);
  if (unknown.length > 0) {
    throw new Refused(
      EXIT.refused,
      'Refused: the database belongs to a newer version of Ordercast: it holds steps that this ' +
        `version does not know (${unknown.join(', ')}). Use that version.`,
    );
  }
}
