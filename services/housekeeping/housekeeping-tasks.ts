import type { Knex } from 'knex';
import { deleteExpiredKeys } from '../idempotency/idempotency-store.ts';
import { numberOrders } from '../orders/number-orders.ts';
import { deletePublished } from '../outbox/outbox.ts';
import { keepMissingWords } from '../people/person-words-store.ts';
import type { HousekeepingTask } from './housekeeping.ts';

/** Published rows are evidence for this long, well past the channel log's 24 hours. */
const KEEP_PUBLISHED_MS = 7 * 24 * 60 * 60 * 1000;
/** Small enough that no lock is held for long. */
const BATCH = 200;

/** What piles up in the database and may go, and what programs of the version before left to fill. */
export function housekeepingTasks({
  database,
  clock,
}: {
  database: Knex;
  /** Epoch ms. */
  clock: () => number;
}): Record<string, HousekeepingTask> {
  return {
    'expired idempotency keys': () => deleteExpiredKeys(database, clock(), BATCH),
    'published outbox rows': () => deletePublished(database, clock() - KEEP_PUBLISHED_MS, BATCH),
    'orders without a number': () => numberOrders(database, BATCH),
    'people without words': () => keepMissingWords(database, BATCH),
  };
}
