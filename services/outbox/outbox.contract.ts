import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import {
  abandonOutbox,
  appendToOutbox,
  claimOutbox,
  completeOutbox,
  deletePublished,
  keepPendingChannels,
  recordOutboxFailure,
} from './outbox.ts';

const AT = Date.parse('2026-11-22T08:30:00.123Z');
const NONE_HELD = new Set<string>();

/** What every database must do with the outbox. */
export function outboxContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const idOf = (number: number) => `01KAN000000000000000${String(number).padStart(6, '0')}`;
  const append = (number: number, data: unknown = {}, db = database.db) =>
    appendToOutbox(
      db,
      {
        channels: ['user/ada', 'orders'],
        event: {
          specversion: '1.0',
          id: idOf(number),
          type: 'order.placed',
          source: '/orders',
          time: new Date(AT).toISOString(),
          data,
        },
        traceparent: '00-11112222333344445555666677778888-00f067aa0ba902b7-01',
      },
      AT,
    );
  const claim = async (limit = 10, held: Set<string> = NONE_HELD) =>
    (await claimOutbox(database.db, { limit, held })).map(({ id }) => id);

  describe('the outbox', () => {
    it('gives what waits in id order, whatever the order of writing, without what is held', async () => {
      for (const number of [3, 1, 2]) await append(number, { text: 'Zwölf 🍏' });
      expect(await claim()).toEqual([idOf(1), idOf(2), idOf(3)]);
      expect(await claim(2)).toEqual([idOf(1), idOf(2)]);
      expect(await claim(1, new Set([idOf(1), idOf(2)]))).toEqual([idOf(3)]);
      const [row] = await claimOutbox(database.db, { limit: 1, held: NONE_HELD });
      expect(row).toMatchObject({ attempts: 0, channels: '["user/ada","orders"]' });
      expect(JSON.parse(row?.event ?? '')).toMatchObject({ data: { text: 'Zwölf 🍏' } });
    });

    it('forgets the channels that have their event, but never the last one', async () => {
      await append(1);
      await keepPendingChannels(database.db, idOf(1), ['orders', 'elsewhere']);
      const [row] = await claimOutbox(database.db, { limit: 1, held: NONE_HELD });
      expect(row?.channels).toBe('["user/ada"]');
      await keepPendingChannels(database.db, idOf(1), ['user/ada']);
      const [again] = await claimOutbox(database.db, { limit: 1, held: NONE_HELD });
      expect(again?.channels).toBe('["user/ada"]');
      await keepPendingChannels(database.db, idOf(2), ['orders']);
    });

    it('shows nothing of a transaction that rolls back', async () => {
      const failing = database.db.transaction(async (trx) => {
        await append(1, {}, trx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await claim()).toEqual([]);
    });

    it('marks what is published once, and what is abandoned with why', async () => {
      for (const number of [1, 2, 3]) await append(number);
      expect(await completeOutbox(database.db, [idOf(1), idOf(2)], AT)).toBe(2);
      expect(await completeOutbox(database.db, [idOf(1)], AT)).toBe(0);
      expect(await claim()).toEqual([idOf(3)]);
      await abandonOutbox(database.db, idOf(3), `x${'😀'.repeat(5000)}`, AT);
      expect(await claim()).toEqual([]);
      const abandoned = database.db('outbox').where({ id: idOf(3) });
      expect(await abandoned.pluck('last_error')).toEqual([`x${'😀'.repeat(499)}`]);
    });

    it('counts failed attempts of rows that still wait', async () => {
      await append(1);
      await recordOutboxFailure(database.db, [idOf(1)], 'throttled');
      await recordOutboxFailure(database.db, [idOf(1)], 'throttled');
      const [row] = await claimOutbox(database.db, { limit: 1, held: NONE_HELD });
      expect(row?.attempts).toBe(2);
    });

    it('forgets what was published long ago, batch by batch, and keeps what was abandoned', async () => {
      for (const number of [1, 2, 3, 4, 5]) await append(number);
      await completeOutbox(database.db, [1, 2, 3].map(idOf), AT);
      await abandonOutbox(database.db, idOf(4), 'too large', AT);
      expect(await deletePublished(database.db, AT, 10)).toBe(0);
      expect(await deletePublished(database.db, AT + 1, 2)).toBe(2);
      expect(await deletePublished(database.db, AT + 1, 2)).toBe(1);
      expect(await deletePublished(database.db, AT + 1, 2)).toBe(0);
      expect(await database.db('outbox').orderBy('id').pluck('id')).toEqual([idOf(4), idOf(5)]);
    });
  });
}
