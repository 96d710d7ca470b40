import { ticksUpTo } from './ticks.ts';

const UNITS = [
  { unit: 'days', short: 'd', ms: 86_400_000 },
  { unit: 'hours', short: 'h', ms: 3_600_000 },
  { unit: 'minutes', short: 'min', ms: 60_000 },
  { unit: 'seconds', short: 's', ms: 1_000 },
] as const;

/** The marks of an axis of durations up to `maxMs`, in the largest unit that there are two of. */
export function durationMarks(maxMs: number): {
  unit: string;
  marks: { value: number; text: string }[];
} {
  const { unit, short, ms } = UNITS.find((each) => maxMs >= 2 * each.ms) ?? UNITS[3];
  const marks = ticksUpTo(maxMs / ms).map((count) => ({
    value: count * ms,
    text: `${count} ${short}`,
  }));
  return { unit, marks };
}
