/** How the pauses between tries of one thing grow, in ms. */
export interface RetryPauses {
  /** The longest that the first pause can be. */
  baseMs: number;
  /** The longest that any pause can be. */
  maxMs: number;
}

/**
 * How long to wait, in ms, after so many failures in a row (from 1 on): up to twice as long after each, never longer than
 * `maxMs`, and by chance (0 ≤ x < 1) half of that at least, so that those who failed together part.
 */
export function retryPauseMs(
  failures: number,
  { baseMs, maxMs }: RetryPauses,
  random: () => number,
): number {
  return Math.min(maxMs, baseMs * 2 ** (failures - 1)) * (0.5 + random() / 2);
}
