import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms`, or as soon as `signal` is aborted; never rejects. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Waits by the machine's timers. */
export const wait: Wait = (ms, signal) => byTimer(ms, { signal });

/** The same by a timer that keeps no process alive. */
export const waitInBackground: Wait = (ms, signal) => byTimer(ms, { signal, ref: false });

async function byTimer(
  ms: number,
  { signal, ref = true }: { signal: AbortSignal | undefined; ref?: boolean },
): Promise<void> {
  await delay(ms, undefined, { ref, ...(signal && { signal }) }).catch(() => undefined);
}
