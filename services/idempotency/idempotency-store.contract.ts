import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import {
  IDEMPOTENCY_KEY_LIFE_MS,
  deleteExpiredKeys,
  lookUpKey,
  storeReply,
} from './idempotency-store.ts';
import type { KeyedRequest } from './idempotency-store.ts';

const AT = Date.parse('2026-11-22T08:30:00.123Z');
const REPLY = { status: 201, location: '/orders/1', etag: '"1"', body: '{"note":"Zwölf 🍏"}' };

function request(changes: Partial<KeyedRequest> = {}): KeyedRequest {
  return { subject: 'ada', route: 'POST /orders', key: 'key', body: { a: 1 }, ...changes };
}

/** What every database must do with idempotency keys. */
export function idempotencyStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  describe('the idempotency store', () => {
    it('gives back the first answer to the same request alone', async () => {
      await storeReply(database.db, request(), REPLY, AT);
      const kindOf = async (changes: Partial<KeyedRequest>) =>
        (await lookUpKey(database.db, request(changes), AT)).kind;
      expect(await lookUpKey(database.db, request(), AT)).toEqual({ kind: 'replay', reply: REPLY });
      expect(await kindOf({ body: { a: 2 } })).toBe('other-body');
      expect(await kindOf({ subject: 'eve' })).toBe('unknown');
      expect(await kindOf({ route: 'POST /reports' })).toBe('unknown');
      for (const key of ['KEY', 'key ', ' key', 'ke'])
        expect(await kindOf({ key })).toBe('unknown');
    });

    it('keeps one of several answers that come at once, and the rest know why', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_unused, index) =>
          database.db.transaction((trx) =>
            storeReply(trx, request(), { ...REPLY, body: String(index) }, AT),
          ),
        ),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toHaveLength(9);
      for (const { reason } of refused) expect(isUniqueViolation(reason)).toBe(true);
    });

    it('lets the next one through where the first rolls back', async () => {
      const failing = database.db.transaction(async (trx) => {
        await storeReply(trx, request(), REPLY, AT);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect((await lookUpKey(database.db, request(), AT)).kind).toBe('unknown');
      await storeReply(database.db, request(), REPLY, AT);
    });

    it('forgets after 24 hours, and cleans up in batches', async () => {
      for (const key of ['a', 'b', 'c']) await storeReply(database.db, request({ key }), REPLY, AT);
      const end = AT + IDEMPOTENCY_KEY_LIFE_MS;
      expect((await lookUpKey(database.db, request({ key: 'a' }), end - 1)).kind).toBe('replay');
      expect((await lookUpKey(database.db, request({ key: 'a' }), end)).kind).toBe('unknown');
      await storeReply(database.db, request({ key: 'a' }), REPLY, end);
      expect(await deleteExpiredKeys(database.db, end - 1, 10)).toBe(0);
      expect(await deleteExpiredKeys(database.db, end, 1)).toBe(1);
      expect(await deleteExpiredKeys(database.db, end, 10)).toBe(1);
      expect((await lookUpKey(database.db, request({ key: 'a' }), end)).kind).toBe('replay');
    });
  });
}
