import { isBeforeApplied, stepsOutOfOrder } from './step-state.ts';
import type { StepState } from './step-state.ts';

/**
 * The `up` that applies what is pending, as it is to be typed: without `--out-of-order` it refuses where
 * a step comes late, `next` among them, which is pending once its file or its record is put right.
 */
export function upCommand(
  states: readonly StepState[],
  next?: Pick<StepState, 'version'>,
): 'up' | 'up --out-of-order' {
  const isLate =
    stepsOutOfOrder(states).length > 0 || (next !== undefined && isBeforeApplied(next, states));
  return isLate ? 'up --out-of-order' : 'up';
}
