import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import type { Knex } from 'knex';
import { appendToOutbox } from '../outbox/outbox.ts';

/** When every row of a test outbox was written, epoch ms. */
export const WRITTEN_AT = Date.parse('2026-11-22T08:30:00.000Z');

export interface TestOutbox {
  /** An id that sorts after all before it. */
  nextId: () => string;
  /** Writes an event for some channels; resolves with its id. */
  append: (channels: readonly string[], id?: string, data?: unknown) => Promise<string>;
  /** Ids of the rows that are not marked as published, in order. */
  waiting: () => Promise<string[]>;
}

/** Writes what a relay shall publish, and looks at what it has marked. */
export function createTestOutbox(db: Knex): TestOutbox {
  const ids = createUlidSource({ clock: () => WRITTEN_AT, random: seededRandom(1) });
  return {
    nextId: ids.next,
    append: async (channels, id = ids.next(), data = {}) => {
      const event = {
        specversion: '1.0' as const,
        id,
        type: 'order.placed',
        source: '/orders',
        subject: 'an-order',
        time: new Date(WRITTEN_AT).toISOString(),
        data,
      };
      await appendToOutbox(db, { channels, event }, WRITTEN_AT);
      return id;
    },
    waiting: async () => db('outbox').whereNull('published_at').orderBy('id').pluck('id'),
  };
}
