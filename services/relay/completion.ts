import type { Knex } from 'knex';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import { abandonOutbox, completeOutbox } from '../outbox/outbox.ts';

/** A row all of whose channels are served; `abandonedBecause` where by a tombstone only. */
export interface Finished {
  id: string;
  abandonedBecause: string | undefined;
}

export interface Completion {
  add: (row: Finished) => void;
  /** Resolves when nothing is being marked any more. */
  flushed: () => Promise<void>;
}

const MAX_TOGETHER = 500;
const PAUSES = { baseMs: 100, maxMs: 5_000 };

/** Marks finished rows, those that finish together by one statement. */
export function createCompletion(settings: {
  database: Knex;
  /** Epoch ms. */
  clock: () => number;
  /** 0 ≤ x < 1. */
  random: () => number;
  beforeComplete: () => Promise<void>;
  onCompleted: (ids: readonly string[]) => void;
  onFailure: (error: unknown) => void;
  /** Waits, and tells whether to try again; the next leader repeats what is given up. */
  retryAfter: (ms: number) => Promise<boolean>;
}): Completion {
  const { database, clock, random } = settings;
  const finished: Finished[] = [];
  let running: Promise<void> | undefined;
  let hasGivenUp = false;
  let failures = 0;

  const mark = async (rows: readonly Finished[]): Promise<void> => {
    await settings.beforeComplete();
    const published = rows.filter(({ abandonedBecause }) => abandonedBecause === undefined);
    if (published.length > 0) {
      await completeOutbox(
        database,
        published.map(({ id }) => id),
        clock(),
      );
    }
    for (const { id, abandonedBecause } of rows) {
      if (abandonedBecause !== undefined) {
        await abandonOutbox(database, id, abandonedBecause, clock());
      }
    }
    settings.onCompleted(rows.map(({ id }) => id));
  };

  const run = async (): Promise<void> => {
    while (finished.length > 0 && !hasGivenUp) {
      const rows = finished.slice(0, MAX_TOGETHER);
      try {
        await mark(rows);
        finished.splice(0, rows.length);
        failures = 0;
      } catch (error) {
        settings.onFailure(error);
        failures += 1;
        hasGivenUp = !(await settings.retryAfter(retryPauseMs(failures, PAUSES, random)));
      }
    }
  };

  const start = (): void => {
    if (hasGivenUp || finished.length === 0) return;
    // What finishes in the same turn is marked together.
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined;
        start();
      });
  };

  return {
    add: (row) => {
      finished.push(row);
      start();
    },
    flushed: async () => {
      while (running !== undefined) await running;
    },
  };
}
