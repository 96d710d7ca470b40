import type { Step } from '../step/step.ts';
import { isSameFile, likenessOf } from './likeness.ts';
import type { StepState } from './step-state.ts';

export interface Copy {
  name: string;
  /** Whether it was applied from the very same text, so that without its file it is known as a rename. */
  isSameText: boolean;
}

/** The step among these that does the same under another version; both can't be what made its objects. */
export function copyOf(step: Step, others: readonly StepState[]): Copy | undefined {
  const copies = others.filter((other) => other.version !== step.version && isCopy(step, other));
  const isSameText = ({ noted }: StepState) => noted !== undefined && isSameFile(step, noted);
  const copy = copies.find(isSameText) ?? copies[0];
  return copy && { name: copy.name, isSameText: isSameText(copy) };
}

function isCopy(step: Step, { step: other, noted }: StepState): boolean {
  // What sends nothing makes nothing that two could claim.
  if (step.up.length === 0) return false;
  const likeness = likenessOf(step, noted);
  if (likeness !== 'edited' && likeness !== 'unrecorded') return true;
  return other !== undefined && JSON.stringify(other.up) === JSON.stringify(step.up);
}
