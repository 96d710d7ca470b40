import type { RealtimeError } from './errors.ts';
import type { SetTimer } from './timers.ts';

/** All in ms. */
export interface Timings {
  /** From `new WebSocket` to open. API Gateway gives `$connect` 29 s (its integration timeout). */
  connectTimeoutMs: number;
  tokenTimeoutMs: number;
  /** For a subscribe, unsubscribe or authenticate; doubles with each repeat, up to 8 times. */
  answerTimeoutMs: number;
  /** API Gateway drops a connection that is idle for 10 minutes (developer guide, limits). */
  pingEveryMs: number;
  pongTimeoutMs: number;
  /** How long a missing event may still be on the wire before it is asked for. */
  gapGraceMs: number;
  /** The same while a replay runs. */
  catchUpGraceMs: number;
  /** A connection that lives this long makes the backoff start anew. */
  stableAfterMs: number;
  /**
   * A connection is replaced at a random age between these two. API Gateway ends it at 2 hours;
   * 55 minutes of spread keep a million clients under its 500 new connections a second.
   */
  renewAfterMinMs: number;
  renewAfterMaxMs: number;
  /** How long a replacement may take to catch up before it is given up. */
  replaceTimeoutMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
}

const MINUTE_MS = 60_000;

export const DEFAULT_TIMINGS: Timings = {
  connectTimeoutMs: 30_000,
  tokenTimeoutMs: 30_000,
  answerTimeoutMs: 10_000,
  pingEveryMs: 4 * MINUTE_MS,
  pongTimeoutMs: 10_000,
  gapGraceMs: 500,
  catchUpGraceMs: 5_000,
  stableAfterMs: 10_000,
  renewAfterMinMs: 60 * MINUTE_MS,
  renewAfterMaxMs: 115 * MINUTE_MS,
  replaceTimeoutMs: MINUTE_MS,
  backoffMinMs: 500,
  backoffMaxMs: 20_000,
};

/** What the library takes from outside, handed down to each of its parts. */
export interface Environment {
  setTimer: SetTimer;
  /** Epoch ms. */
  clock: () => number;
  /** In [0, 1). */
  random: () => number;
  timings: Timings;
  /** Never throws. */
  report: (error: RealtimeError) => void;
}

/**
 * The wait before repeat number `attempt` (0 is the first), in ms: full jitter over a window that
 * doubles from the least, never less than that, never more than the most.
 */
export function retryDelayMs({ random, timings }: Environment, attempt: number): number {
  const { backoffMinMs, backoffMaxMs } = timings;
  const windowMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** attempt);
  return Math.min(backoffMaxMs, backoffMinMs + random() * windowMs);
}
