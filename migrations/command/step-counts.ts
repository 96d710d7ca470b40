import { isApplied } from '../history/step-state.ts';
import type { StepState, StepStatus } from '../history/step-state.ts';

/** What is neither applied nor simply pending, in the order in which it is told. */
const COUNTED_APART = [
  'failed',
  'interrupted',
  'half-applied',
  'half-undone',
  'half-forgotten',
  'forgotten',
  'deleted',
  'unknown',
] as const satisfies readonly StepStatus[];

/** The steps by how they are told: each is in one of the counts, so that they add up to all of them. */
export interface StepCounts {
  all: number;
  /** Whole, whatever has become of their files since. */
  applied: number;
  /** Not begun, and nothing in the way of it. */
  pending: number;
  /** The other ones by their status: `, 1 failed, 2 half-applied`; empty where there are none. */
  others: string;
}

export function stepCounts(states: readonly StepState[]): StepCounts {
  const count = (status: StepStatus) => states.filter((state) => state.status === status).length;
  const others = COUNTED_APART.map((status) => ({ status, of: count(status) }));
  return {
    all: states.length,
    applied: states.filter(isApplied).length - count('half-undone'),
    pending: count('pending'),
    others: others.map(({ status, of }) => (of === 0 ? '' : `, ${of} ${status}`)).join(''),
  };
}
