const TRIES = 4;
/** The share of the time that is spent between the tries, where those who queue behind us go on. */
const PAUSED = 1 / 3;

export interface LockTry {
  /** How long the server waits for each lock, as LOCK_TIMEOUT. */
  waitMs: number;
  /** How long to wait before the next one; undefined: it is the last. */
  pauseMs: number | undefined;
}

/**
 * How to wait `totalMs` for a lock, and no longer: a wait for a schema lock holds up everybody who
 * comes after it, so it is several short ones. Where a batch needs several locks, each wait that
 * succeeds comes on top.
 */
export function lockTries(totalMs: number, random: () => number): LockTry[] {
  const pauses = TRIES - 1;
  const waitMs = Math.floor((totalMs * (1 - PAUSED)) / TRIES);
  if (waitMs === 0) return [{ waitMs: totalMs, pauseMs: undefined }];
  const short = Array.from({ length: pauses }, () => ({
    waitMs,
    pauseMs: Math.floor(((totalMs * PAUSED) / pauses) * (0.5 + random() / 2)),
  }));
  const spent = short.reduce((sum, one) => sum + one.waitMs + one.pauseMs, 0);
  return [...short, { waitMs: totalMs - spent, pauseMs: undefined }];
}
