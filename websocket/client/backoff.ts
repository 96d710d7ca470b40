/**
 * How long to wait before attempt number `attempt` (0 is the first repeat), in ms: full jitter over
 * a window that doubles from `minMs`, never less than `minMs`, never more than `maxMs`.
 * `random` answers in [0, 1).
 */
export function backoffMs(
  attempt: number,
  random: () => number,
  { minMs, maxMs }: { minMs: number; maxMs: number },
): number {
  const windowMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return Math.min(maxMs, minMs + random() * windowMs);
}
