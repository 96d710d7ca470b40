/** The middle value, or the mean of the two in the middle. @throws RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = (sorted.length - 1) / 2;
  return (at(sorted, Math.floor(middle)) + at(sorted, Math.ceil(middle))) / 2;
}

/**
 * The least value that at least `share` (0 to 1) of all values do not exceed: the nearest rank.
 * @throws RangeError for no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return at(sorted, Math.max(0, Math.ceil(sorted.length * share) - 1));
}

/** What the rounds of a benchmark came to. */
export interface Spread {
  median: number;
  lowest: number;
  highest: number;
}

/** @throws RangeError for no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { median: median(sorted), lowest: at(sorted, 0), highest: at(sorted, sorted.length - 1) };
}

/**
 * The ratio of each round, and of these the spread: noise that lasts longer than a round hits both
 * sides of it alike, and so no ratio.
 * @throws RangeError where a ratio would say nothing.
 */
export function ratioOf(subject: readonly number[], reference: readonly number[]): Spread {
  if (subject.length !== reference.length) throw new RangeError('a round lacks one of its sides');
  return spreadOf(
    subject.map((value, round) => {
      const ratio = value / at(reference, round);
      if (!Number.isFinite(ratio)) throw new RangeError(`no ratio to ${at(reference, round)}`);
      return ratio;
    }),
  );
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError('no values');
  return value;
}
