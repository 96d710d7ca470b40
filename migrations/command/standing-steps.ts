import { isApplied } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import { recordedItems } from '../step/statements-text.ts';
import type { Step } from '../step/step.ts';

/** A step as what it is, or was, to the schema. */
export interface Standing {
  state: StepState;
  /** With what it has done so far alone. */
  standing: Step;
}

/**
 * What the steps have done to the schema, in their order: those that are applied, and, where a step may stop
 * half-way, the parts that are done, or left, of one that did, whether its file is here or not.
 */
export function standingSteps(
  states: readonly StepState[],
  { goesOnInParts }: { goesOnInParts: boolean },
): Standing[] {
  return states.flatMap((state): Standing[] => {
    const isInPart = state.status === 'half-applied' || state.status === 'half-undone';
    const whole = isApplied(state) ? state.step : undefined;
    const standing = goesOnInParts && isInPart ? partsOf(state) : whole;
    return standing === undefined ? [] : [{ state, standing }];
  });
}

/** What the last attempt at a step has left of it, by the T-SQL that it ran; undefined where nobody knows that. */
export function partsOf({ version, name, step, last }: StepState): Step | undefined {
  if (last === undefined) return undefined;
  const recorded = last.statements === null ? undefined : recordedItems(last.statements);
  const was = recorded ?? step;
  if (was === undefined) return undefined;
  const { up, down = [] } = was;
  const done =
    last.direction === 'down'
      ? [...up, ...down.slice(0, last.itemsDone)]
      : up.slice(0, last.itemsDone);
  return { ...(step ?? withoutFile(version, name)), up: done };
}

/** A step as it was when it was applied, as far as that was noted. */
export function asNoted(step: Step, { noted }: StepState): Step {
  const recorded = noted?.statements == null ? undefined : recordedItems(noted.statements);
  return recorded === undefined ? step : { ...step, up: recorded.up };
}

function withoutFile(version: string, name: string): Omit<Step, 'up'> {
  const none = { checksum: '', statements: '', statementsChecksum: '', combinedChecksum: '' };
  const nothing = () => Promise.resolve();
  return {
    version,
    name,
    ...none,
    down: undefined,
    transaction: false,
    allowed: [],
    run: { up: nothing, down: undefined },
  };
}
