import type { Step } from '../step/step.ts';

/** A step's batches, the first with the lint rules that the step sets aside, and why, in its title. */
export function withAllowances<Batch extends { title: string }>(
  { allowed }: Step,
  batches: readonly Batch[],
): Batch[] {
  const told = allowed.map(({ rule, reason }) => `; sets aside ${rule}: ${reason}`).join('');
  return batches.map((batch, index) =>
    index === 0 ? { ...batch, title: `${batch.title}${told}` } : batch,
  );
}
