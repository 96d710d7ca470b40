import { isApplied, stepStates, unknownSteps } from '../history/step-state.ts';
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

function assertSound(states: readonly StepState[]): void {
  assertKnown(states);
  const rewritten = states.find(
    ({ status, last, step }) => status === 'half-applied' && last?.checksum !== step?.checksum,
  );
  if (rewritten !== undefined) {
    throw new Refused(
      EXIT.refused,
      `Refused: ${rewritten.name} was edited after ${rewritten.last?.itemsDone ?? 0} of its parts had been applied, so nobody ` +
        'knows where to go on. Take the edit back, finish it with "up", and write a new step.',
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
