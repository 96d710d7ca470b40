export interface FloodGuardOptions {
  /** Messages that one connection may send in a minute. */
  messagesPerMinute: number;
  /** Epoch milliseconds. */
  clock: () => number;
}

/** `close`: it was told often enough, and the next one ends it; `ignore`: its end is under way. */
export type FloodVerdict = 'pass' | 'refuse' | 'close' | 'ignore';

interface Bucket {
  messages: number;
  filledAt: number;
  refusals: number;
}

/** Enough to subscribe to every channel that a connection may hold at once, twice. */
const BURST = 100;
const REFUSALS_BEFORE_CLOSE = 300;
const MINUTE_MS = 60_000;

/**
 * A token bucket a connection, in this process's memory: it refuses a flood before that costs the
 * tables anything. The count in the tables, which all processes share, stands behind it.
 */
export function createFloodGuard({ messagesPerMinute, clock }: FloodGuardOptions) {
  const burst = Math.min(BURST, messagesPerMinute);
  const buckets = new Map<string, Bucket>();
  let sweptAt = clock();

  const sweep = (now: number): void => {
    if (now - sweptAt < MINUTE_MS) return;
    sweptAt = now;
    // A bucket that has been filling for a minute is full: as good as none.
    for (const [id, { filledAt }] of buckets) if (now - filledAt >= MINUTE_MS) buckets.delete(id);
  };

  return (connectionId: string): FloodVerdict => {
    const now = clock();
    sweep(now);
    const bucket = buckets.get(connectionId) ?? { messages: burst, filledAt: now, refusals: 0 };
    buckets.set(connectionId, bucket);
    const gained = ((now - bucket.filledAt) / MINUTE_MS) * messagesPerMinute;
    bucket.messages = Math.min(burst, bucket.messages + Math.max(0, gained));
    bucket.filledAt = now;
    if (bucket.messages >= burst) bucket.refusals = 0;
    if (bucket.messages >= 1) {
      bucket.messages -= 1;
      return 'pass';
    }
    bucket.refusals += 1;
    if (bucket.refusals <= REFUSALS_BEFORE_CLOSE) return 'refuse';
    // Again from time to time: an end that could not be had would else never come.
    return bucket.refusals % REFUSALS_BEFORE_CLOSE === 1 ? 'close' : 'ignore';
  };
}
