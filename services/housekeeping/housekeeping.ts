import type { Logger } from '@ordercast/platform/logger.ts';
import { waitInBackground } from '@ordercast/platform/wait.ts';
import type { Wait } from '@ordercast/platform/wait.ts';

/** Deletes or fills a bounded batch of rows and tells how many; called again at once while any were. */
export type HousekeepingTask = () => Promise<number>;

export interface Housekeeping {
  /** Resolves when the batch in hand is done. */
  stop: () => Promise<void>;
}

const EVERY_MS = 10 * 60 * 1000;
/** A task that never ends must not keep the others from their turn. */
const MAX_BATCHES = 1000;

/**
 * Runs every task now, and again ten minutes after the last run ended, batch by batch. Any number of processes may do
 * so at once: what is gone is gone.
 */
export function startHousekeeping(settings: {
  tasks: Readonly<Record<string, HousekeepingTask>>;
  log: Logger;
  /** Waits for the next turn; by a timer that keeps no process alive unless given. */
  wait?: Wait;
}): Housekeeping {
  const { tasks, log, wait = waitInBackground } = settings;
  const stopping = new AbortController();

  const runTask = async (name: string, task: HousekeepingTask): Promise<void> => {
    let rows = 0;
    try {
      for (let batch = 0; batch < MAX_BATCHES && !stopping.signal.aborted; batch++) {
        const count = await task();
        rows += count;
        if (count === 0) break;
      }
      if (rows > 0) log.info({ task: name, rows }, 'cleaned up');
    } catch (error) {
      log.warn({ err: error, task: name }, 'cannot clean up');
    }
  };
  const runAll = async (): Promise<void> => {
    for (const [name, task] of Object.entries(tasks)) await runTask(name, task);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await runAll();
      await wait(EVERY_MS, stopping.signal);
    }
  };

  const finished = run();
  return {
    stop: async () => {
      stopping.abort();
      await finished;
    },
  };
}
