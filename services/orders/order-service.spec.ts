import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../http/route.ts';
import { lookUpKey, storeReply } from '../idempotency/idempotency-store.ts';
import { keepPerson } from '../people/people-store.ts';
import { findProducts } from '../products/product-store.ts';
import { onEachDatabase } from '../testing/each-database.ts';
import { insertTestProducts } from '../testing/test-api.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { createOrderService } from './order-service.ts';
import { OrderNumberTaken } from './order-store.ts';

const NOW = Date.parse('2026-11-22T08:30:00.123Z');
const ADA = { sub: 'ada', name: 'Ada', email: 'ada@example.com' };
const CALLER: Caller = { sub: 'ada', roles: ['customer'], accessToken: 'token', signedInAt: 0 };
const TAKEN = '01KAN00000000000A0SAMENMBR';
const ENDS_ALIKE = '01KAN00000000000B0SAMENMBR';
const FREE = '01KAN00000000000C0THERNMBR';
const KEYED = { subject: 'ada', route: 'POST /orders', key: 'key', body: {} };

onEachDatabase((open) => {
  let database: TestDatabase;
  let events = 0;
  beforeEach(async () => {
    database = await open();
    await insertTestProducts(database.db);
    await keepPerson(database.db, ADA, NOW);
  });
  afterEach(() => database.close());

  /** Places an order under the first of these ids that will do, and keeps the answer under a key. */
  async function place(...ids: string[]) {
    const service = createOrderService({
      database: database.db,
      people: { personOf: () => Promise.resolve(ADA) },
      findProducts,
      clock: () => NOW,
      ulids: {
        next: () => ids.shift() ?? '',
        at: () => `01KANEVENT${String((events += 1)).padStart(16, '0')}`,
      },
      onCommitted: () => undefined,
    });
    const result = await service.place(
      CALLER,
      { lines: [{ productId: 'tea', quantity: 1 }] },
      {
        traceparent: '00-0-0-01',
        remember: (trx, { id }) =>
          storeReply(trx, KEYED, { status: 201, location: null, etag: null, body: id }, NOW),
      },
    );
    return result.kind === 'placed' ? result.order.id : result.kind;
  }

  describe('a new order whose number another one has', () => {
    beforeEach(async () => {
      expect(await place(TAKEN)).toBe(TAKEN);
      await database.db('idempotency_keys').del();
    });

    it('is placed under another id, which alone its key and its event know', async () => {
      expect(await place(ENDS_ALIKE, FREE)).toBe(FREE);
      expect(await database.db('orders').orderBy('id').pluck('id')).toEqual([TAKEN, FREE]);
      const reply = { status: 201, location: null, etag: null, body: FREE };
      expect(await lookUpKey(database.db, KEYED, NOW)).toEqual({ kind: 'replay', reply });
      const events = await database.db('outbox').pluck<string[]>('event');
      expect(events.filter((event) => event.includes(FREE))).toHaveLength(1);
      expect(events.join()).not.toContain(ENDS_ALIKE);
    });

    it('is refused, and leaves nothing, where every id that is drawn ends so', async () => {
      const drawn = Array.from({ length: 9 }, () => ENDS_ALIKE);
      await expect(place(...drawn)).rejects.toThrow(OrderNumberTaken);
      expect(await lookUpKey(database.db, KEYED, NOW)).toEqual({ kind: 'unknown' });
      expect(await database.db('orders').pluck('id')).toEqual([TAKEN]);
    });
  });
});
