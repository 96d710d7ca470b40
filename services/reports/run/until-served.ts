import type { Logger } from '@ordercast/platform/logger.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import { isPassing } from './is-passing.ts';

/** About a minute in all, beside what each try itself waits. */
const TRIES = 6;
const PAUSES = { baseMs: 2_000, maxMs: 30_000 };

interface Patience {
  wait: Wait;
  /** 0 ≤ x < 1 */
  random: () => number;
  log: Logger;
}

/**
 * Does something that may be done again, up to six times with growing pauses, as long as database or storage cannot serve; any other failure,
 * and the last, is thrown. Once `signal` is aborted nothing is begun anew.
 */
export async function untilServed<Result>(
  { wait, random, log }: Patience,
  { runId, signal }: { runId: string; signal: AbortSignal },
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || attempt === TRIES || !isPassing(error)) throw error;
      log.warn({ err: error, runId, attempt }, 'a report waits for what cannot serve it');
    }
    await wait(retryPauseMs(attempt, PAUSES, random), signal);
    signal.throwIfAborted();
  }
}
