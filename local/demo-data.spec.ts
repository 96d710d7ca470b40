import { ORDER_STATUSES } from '@ordercast/contract/order.ts';
import { isTransition } from '@ordercast/contract/order-transition.ts';
import { findChanges, findOrder } from '@ordercast/services/orders/order-store.ts';
import { claimOutbox } from '@ordercast/services/outbox/outbox.ts';
import { openTestDatabase } from '@ordercast/services/testing/test-database.ts';
import type { TestDatabase } from '@ordercast/services/testing/test-database.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedDemoData } from './demo-data.ts';
import { DEMO_USERS } from './demo-users.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const DAY_MS = 24 * 60 * 60 * 1000;

let database: TestDatabase;
let ids: string[];
beforeAll(async () => {
  database = await openTestDatabase();
  expect(await seedDemoData(database.db, { clock: () => NOW, random: seededRandom(1) })).toBe(true);
  ids = await database.db('orders').orderBy('id', 'desc').pluck<string[]>('id');
});
afterAll(() => database.close());

describe('the demo data', () => {
  it('holds 40 products in several categories and 500 orders of 30 days', async () => {
    const categories = await database.db('products').pluck<string[]>('category');
    expect(categories).toHaveLength(40);
    expect(new Set(categories).size).toBeGreaterThan(3);
    expect(ids).toHaveLength(500);
    const oldest = await findOrder(database.db, ids.at(-1) ?? '');
    expect(oldest?.createdAt).toBeGreaterThan(NOW - 30 * DAY_MS);
    expect(oldest?.createdAt).toBeLessThan(NOW - 28 * DAY_MS);
  });

  it('gives every order a timeline that could have happened', async () => {
    for (const id of ids) {
      const order = await findOrder(database.db, id);
      const changes = await findChanges(database.db, id);
      const last = changes.at(-1);
      expect(order).toMatchObject({
        version: changes.length,
        status: last?.to,
        updatedAt: last?.at,
      });
      expect(last?.at).toBeLessThan(NOW);
      for (const [index, change] of changes.entries()) {
        const before = changes[index - 1];
        expect(change).toMatchObject({ version: index + 1, from: before?.to ?? null });
        if (before === undefined || change.from === null) continue;
        expect(isTransition(change.from, change.to)).toBe(true);
        expect(change.at).toBeGreaterThan(before.at);
      }
    }
  });

  it('shows every status among the newest, and Ada and Grace among the best customers', async () => {
    const newest = await database.db('orders').orderBy('id', 'desc').limit(10).pluck('status');
    expect(new Set(newest)).toEqual(new Set(ORDER_STATUSES));
    for (const name of ['ada@example.com', 'grace@example.com']) {
      const sub = DEMO_USERS.find(({ email }) => email === name)?.sub;
      const own = await database.db('orders').where({ customer_id: sub }).pluck('id');
      expect(own.length).toBeGreaterThan(50);
    }
  });

  it('leaves no event to publish and is not sown twice', async () => {
    expect(await claimOutbox(database.db, { limit: 10, held: new Set<string>() })).toEqual([]);
    expect(await seedDemoData(database.db, { clock: () => NOW, random: seededRandom(1) })).toBe(
      false,
    );
    expect(await database.db('orders').pluck('id')).toHaveLength(500);
  });
});
