import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '@ordercast/platform/database.ts';
import { inSnapshot } from '@ordercast/platform/snapshot.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { createOrderService } from '../../orders/order-service.ts';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { CsvRow } from '../csv/csv-row.ts';
import { exportReport } from '../definition/export-report.ts';
import { PEOPLE, insertShop, randomOrders } from '../testing/random-shop.ts';

const FROM = Date.parse('2026-11-01T00:00:00.000Z');
const TO = Date.parse('2026-12-01T00:00:00.000Z');
const SCOPE = { from: FROM, to: TO, timeZone: 'UTC', at: TO };
/** More than a page of the export. */
const ORDERS = 350;
const MINUTE_MS = 60_000;
const STAFF = { sub: 'ada', roles: ['staff'] as const, accessToken: 'token', signedInAt: 0 };
const CONTEXT = { traceparent: '00-0-0-01' };

/** What every database must do while an export reads: let orders be placed and moved without a wait, and not show it. */
export function ordersBesideExportContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  /** Of connections of its own; it fails at the first lock that it would have to wait for. */
  let writer: Knex;
  beforeEach(async () => {
    database = await open();
    writer = openDatabase(database.url, {
      lockTimeoutMs: 0,
      pacing: { wait: () => Promise.reject(new Error('It waited for a lock')) },
    });
    const random = seededRandom(7);
    const instants = Array.from({ length: ORDERS }, (_none, index) => FROM + index * MINUTE_MS);
    // All can be moved on, and the last ones are read long after they were.
    const orders = randomOrders(random, instants).map((order) => ({
      ...order,
      status: 'placed' as const,
      version: 1,
      changes: order.changes.slice(0, 1),
    }));
    await insertShop(database.db, orders);
  });
  afterEach(async () => {
    await writer.destroy();
    await database.close();
  });

  const service = () => {
    const [clock, random] = [() => TO - 1, seededRandom(8)];
    return createOrderService({
      database: writer,
      people: { personOf: () => Promise.resolve({ sub: 'ada', name: 'Ada', email: '' }) },
      findProducts: (_db, ids) =>
        Promise.resolve(
          new Map(
            ids.map((id) => [id, { id, name: id, category: '', unitPrice: 5, currency: 'EUR' }]),
          ),
        ),
      clock,
      ulids: createUlidSource({ clock, random }),
      onCommitted: () => undefined,
    });
  };

  const place = async () => {
    const lines = [{ productId: 'product-1', quantity: 3 }];
    const remember = () => Promise.resolve();
    const placed = await service().place(STAFF, { lines }, { ...CONTEXT, remember });
    if (placed.kind !== 'placed') throw new Error(`The order was ${placed.kind}`);
    return placed.order.id;
  };

  /** The rows of an export, by their order; `between` runs after its first page. */
  const exported = (between: () => Promise<void> = () => Promise.resolve()) =>
    inSnapshot(
      () => openDatabase(database.url, { poolMax: 1 }),
      async (db) => {
        const figures = await exportReport.readFigures(db, SCOPE);
        const statuses = new Map<CsvRow[number], CsvRow[number]>();
        let rows = 0;
        for await (const page of exportReport.csv.readRows(db, SCOPE, figures)) {
          if (rows === 0) await between();
          rows += page.length;
          for (const [id, , status] of page) statuses.set(id ?? null, status ?? null);
        }
        expect(rows).toBe(figures.lineItems);
        return statuses;
      },
    );

  describe('while an export is half read', () => {
    it('orders are placed and moved without waiting for it, and it does not show them', async () => {
      expect(PEOPLE.map(({ sub }) => sub)).toContain(STAFF.sub);
      const all: unknown = await database.db('orders').orderBy('id').pluck('id');
      const lastId = Array.isArray(all) ? String(all.at(-1)) : '';
      let placedId = '';
      const during = await exported(async () => {
        placedId = await place();
        const move = { to: 'confirmed', reason: null, demand: 'any' } as const;
        const moved = await service().move(STAFF, lastId, move, CONTEXT);
        expect(moved.kind).toBe('moved');
        // They are committed: others see them.
        const seen: unknown = await database
          .db('orders')
          .whereIn('id', [placedId, lastId])
          .orderBy('id')
          .select('id', 'status');
        expect(seen).toEqual(
          expect.arrayContaining([
            { id: placedId, status: 'placed' },
            { id: lastId, status: 'confirmed' },
          ]),
        );
      });
      expect(during.size).toBe(ORDERS);
      expect(during.has(placedId)).toBe(false);
      expect(during.get(lastId)).toBe('placed');

      const after = await exported();
      expect(after.size).toBe(ORDERS + 1);
      expect(after.get(placedId)).toBe('placed');
      expect(after.get(lastId)).toBe('confirmed');
    });
  });
}
