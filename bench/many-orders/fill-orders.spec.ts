import { SQLSERVER_URL } from '@ordercast/platform/testing/sql-server.ts';
import { openTestServer } from '@ordercast/services/testing/each-database.ts';
import { openTestDatabase } from '@ordercast/services/testing/test-database.ts';
import type { TestDatabase } from '@ordercast/services/testing/test-database.ts';
import { findChanges, findOrder } from '@ordercast/services/orders/order-store.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotEmpty, fillOrders } from './fill-orders.ts';

const SETTINGS = {
  orders: 3_000,
  seed: 5,
  from: Date.parse('2026-01-01T00:00:00.000Z'),
  to: Date.parse('2026-02-01T00:00:00.000Z'),
};

describe.each([
  ['SQLite', openTestDatabase, true],
  ['SQL Server', openTestServer, SQLSERVER_URL !== undefined],
] as const)('many orders on %s', (_name, open, isNamed) => {
  describe.runIf(isNamed)('of a seed', () => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database.close());

    it('are whole orders of the period, and no second shop is put beside them', async () => {
      const { db } = database;
      const told: number[] = [];
      const filled = await fillOrders(db, { ...SETTINGS, onProgress: (done) => told.push(done) });
      expect(told.at(-1)).toBe(3_000);
      expect(filled.orders).toBe(3_000);
      expect(filled.lines / filled.orders).toBeCloseTo(3, 0);
      for (const [table, rows] of [
        ['orders', filled.orders],
        ['order_lines', filled.lines],
        ['order_timeline', filled.changes],
      ] as const) {
        const count: unknown = await db(table).count({ rows: '*' }).first();
        expect(count).toEqual({ rows });
      }
      const ids: unknown[] = await db('orders').orderBy('created_at').pluck('id');
      expect(ids.toSorted()).toEqual(ids);
      for (const id of [ids[0], ids[2_999]]) {
        const order = await findOrder(db, String(id));
        const changes = await findChanges(db, String(id));
        expect(order?.total).toBe(order?.lines.reduce((sum, { total }) => sum + total, 0));
        expect(order?.createdAt).toBe(changes[0]?.at);
        expect(order?.updatedAt).toBe(changes.at(-1)?.at);
        expect([order?.status, order?.version]).toEqual([changes.at(-1)?.to, changes.length]);
        expect(order?.createdAt).toBeGreaterThanOrEqual(SETTINGS.from);
        expect(order?.createdAt).toBeLessThan(SETTINGS.to);
      }
      const statuses: unknown[] = await db('orders').distinct().pluck('status');
      expect(statuses).toHaveLength(6);
      const currencies: unknown[] = await db('orders').distinct().pluck('currency');
      expect(currencies).toHaveLength(4);
      await expect(fillOrders(db, SETTINGS)).rejects.toBeInstanceOf(NotEmpty);
    });
  });
});
