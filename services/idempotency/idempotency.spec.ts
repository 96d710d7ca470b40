import { orderSchema } from '@ordercast/contract/order.ts';
import { problemSchema } from '@ordercast/contract/problem.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, GRACE, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';
import type { TestUser } from '@ordercast/platform/testing/test-user-pool.ts';
import { deleteExpiredKeys } from './idempotency-store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const TEA = { lines: [{ productId: 'tea', quantity: 1 }] };
const CUPS = { lines: [{ productId: 'cup', quantity: 4 }] };

let api: TestApi;
/** Tokens are made by the machine's time. */
const START = realTimeMs();
let now = START;
beforeAll(async () => {
  api = await startTestApi({ clock: () => now });
});
afterAll(() => api.close());

function place(key: string, body: unknown = TEA, user: TestUser = ADA) {
  return api.call(user, 'POST', '/orders', { body, headers: { 'Idempotency-Key': key } });
}

async function orderCount(): Promise<number> {
  const ids = await api.database.db('orders').pluck<string[]>('id');
  return ids.length;
}

describe('an idempotency key', () => {
  it('sent 50 times at once makes one order and 50 equal answers', async () => {
    const before = await orderCount();
    const commits = api.commits();
    const answers = await Promise.all(Array.from({ length: 50 }, () => place('fifty')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    for (const of of ['text', 'ETag', 'Location'] as const) {
      const values = answers.map((answer) =>
        of === 'text' ? answer.text : answer.headers.get(of),
      );
      expect(new Set(values).size).toBe(1);
      expect(values[0]).toBeTruthy();
    }
    const replayed = answers.filter(
      ({ headers }) => headers.get('Idempotency-Replayed') === 'true',
    );
    expect(replayed).toHaveLength(49);
    expect(await orderCount()).toBe(before + 1);
    expect(api.commits()).toBe(commits + 1);
  });

  it('replays the first answer although the order has moved on since', async () => {
    const first = await place('moved-on');
    const { id } = orderSchema.parse(first.body);
    await api.call(ADA, 'POST', `/orders/${id}/transitions`, {
      body: { to: 'cancelled' },
      headers: { 'If-Match': '"1"' },
    });
    const again = await place('moved-on', {
      note: null,
      lines: [{ quantity: 1, productId: 'tea' }],
    });
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('ETag')).toBe('"1"');
  });

  it("is another customer's own, and differs by case and blanks", async () => {
    const keys = ['key', 'KEY', 'key ', ' key', 'k\u0065y2'];
    const ids = new Set<string>();
    for (const key of keys) {
      // fetch trims blanks around a header's value, as HTTP does: those are the same key.
      ids.add(orderSchema.parse((await place(key)).body).id);
    }
    expect(ids.size).toBe(3);
    const grace = await place('key', TEA, GRACE);
    expect(grace.status).toBe(201);
    expect(grace.headers.get('Idempotency-Replayed')).toBeNull();
    expect(ids).not.toContain(orderSchema.parse(grace.body).id);
  });

  it('with another body is 422 and changes nothing', async () => {
    await place('reused');
    const before = await orderCount();
    const answer = await place('reused', CUPS);
    expect(answer.status).toBe(422);
    expect(problemSchema.parse(answer.body).errors?.[0]?.path).toBe('Idempotency-Key');
    expect(await orderCount()).toBe(before);
  });

  it('with two bodies at once lets one through', async () => {
    const before = await orderCount();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_unused, index) => place('rivals', index % 2 === 0 ? TEA : CUPS)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(10);
    expect(await orderCount()).toBe(before + 1);
  });

  it('keeps no failure: what failed can be sent again, put right', async () => {
    expect((await place('failed', { lines: [{ productId: 'gold', quantity: 1 }] })).status).toBe(
      422,
    );
    expect((await place('failed', { lines: [] })).status).toBe(400);
    const answer = await place('failed');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull();
  });

  it.each(['x'.repeat(256), 'caf\u00e9', 'a\tb'])('of a wrong form is 400', async (key) => {
    expect((await place(key)).status).toBe(400);
  });

  it('of 255 characters is fine', async () => {
    expect((await place('x'.repeat(255))).status).toBe(201);
  });

  it('is kept as a hash for 24 hours, then forgotten and cleaned away', async () => {
    await place('daily-secret');
    const rows = await api.database.db('idempotency_keys').select();
    expect(JSON.stringify(rows)).not.toContain('daily-secret');

    now = START + DAY_MS - 60_000;
    const longToken = (user: TestUser) =>
      api.pool.tokenFor(user, { exp: Math.floor(START / 1000) + 3 * 24 * 60 * 60 });
    const later = () =>
      api.call(undefined, 'POST', '/orders', {
        body: TEA,
        headers: { 'Idempotency-Key': 'daily-secret', Authorization: `Bearer ${longToken(ADA)}` },
      });
    expect((await later()).headers.get('Idempotency-Replayed')).toBe('true');
    now = START + DAY_MS + 60_000;
    const renewed = await later();
    expect(renewed.status).toBe(201);
    expect(renewed.headers.get('Idempotency-Replayed')).toBeNull();

    const expired = rows.length - 1;
    expect(await deleteExpiredKeys(api.database.db, now, 3)).toBe(3);
    expect(await deleteExpiredKeys(api.database.db, now, 1000)).toBe(expired - 3);
    expect(await deleteExpiredKeys(api.database.db, now, 1000)).toBe(0);
    expect((await later()).headers.get('Idempotency-Replayed')).toBe('true');
    now = START;
  });
});
