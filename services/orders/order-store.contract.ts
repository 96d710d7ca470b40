import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPerson } from '../people/people-store.ts';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { insertTestProducts } from '../testing/test-api.ts';
import { numberOrders } from './number-orders.ts';
import { listOrders } from './order-list.ts';
import type { OrderFilter } from './order-list.ts';
import type { OrderChange, OrderRecord } from './order.ts';
import {
  OrderNumberTaken,
  applyChange,
  findChanges,
  findOrder,
  findOrderHead,
  insertChange,
  insertOrder,
  toLineRows,
  toOrderRow,
} from './order-store.ts';
import { summarizeOrders } from './summary-store.ts';

const AT = Date.parse('2026-11-22T08:30:00.123Z');
const HOUR_MS = 3_600_000;

let ids = 0;
function anOrder(changes: Partial<OrderRecord> = {}): OrderRecord {
  ids += 1;
  return {
    id: `01KAN000000000000000${String(ids).padStart(6, '0')}`,
    customerId: 'ada',
    status: 'placed',
    version: 1,
    currency: 'EUR',
    total: 900,
    note: null,
    createdAt: AT,
    updatedAt: AT,
    lines: [{ productId: 'tea', name: 'Earl Grey', quantity: 2, unitPrice: 450, total: 900 }],
    ...changes,
  };
}

function aChange(changes: Partial<OrderChange> = {}): OrderChange {
  return {
    version: 1,
    at: AT,
    by: { sub: 'ada', role: 'customer' },
    from: null,
    to: 'placed',
    reason: null,
    ...changes,
  };
}

const ALL: OrderFilter = {
  status: undefined,
  customerId: undefined,
  q: undefined,
  before: undefined,
};

/** What every database must do with orders. */
export function orderStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
    await insertTestProducts(database.db);
    await keepPerson(database.db, { sub: 'ada', name: 'Ada', email: 'ada@example.com' }, AT);
    await keepPerson(
      database.db,
      { sub: 'eve', name: '100% Öve_[x]', email: 'eve@example.com' },
      AT,
    );
  });
  afterEach(() => database.close());

  const list = async (filter: Partial<OrderFilter>, limit = 10) =>
    (await listOrders(database.db, { ...ALL, ...filter }, limit)).map(({ id }) => id);

  /** As a program of the version before writes an order: it knows of no number. */
  async function insertUnnumbered(id: string): Promise<void> {
    const order = anOrder({ id });
    await database.db('orders').insert({ ...toOrderRow(order), number: null });
    await database.db('order_lines').insert(toLineRows(order));
  }

  describe('the order store', () => {
    it('gives back what it was given, to the unit, the millisecond and the character', async () => {
      const order = anOrder({
        note: 'Zwölf 🍏, „bitte“ \r\n\t x',
        total: 99_900_000_000_000,
        lines: Array.from({ length: 100 }, () => ({
          productId: 'tea',
          name: 'Earl Grey',
          quantity: 999,
          unitPrice: 1_000_000_000,
          total: 999_000_000_000,
        })),
      });
      await insertOrder(database.db, order);
      expect(await findOrder(database.db, order.id)).toEqual({ ...order, customerName: 'Ada' });
      const head = await findOrderHead(database.db, order.id);
      expect({ ...head, lines: order.lines }).toEqual(order);
      expect(await findOrder(database.db, order.id.toLowerCase())).toBeUndefined();
    });

    it('keeps the largest exact amount, the longest note in any script, and odd milliseconds', async () => {
      const largest = Number.MAX_SAFE_INTEGER;
      const scripts = 'שלום עולם مرحبا 🍏👩‍👩‍👧 ẞ';
      const order = anOrder({
        note: scripts.repeat(1 + 4_000 / scripts.length).slice(0, 3_999) + '.',
        total: largest,
        createdAt: AT + 7,
        updatedAt: AT + 999,
        lines: [
          { productId: 'tea', name: 'تفاح 🍏', quantity: 1, unitPrice: largest, total: largest },
        ],
      });
      expect(order.note).toHaveLength(4_000);
      await insertOrder(database.db, order);
      expect(await findOrder(database.db, order.id)).toEqual({ ...order, customerName: 'Ada' });
    });

    it('applies a change to the version before it alone, and keeps every change', async () => {
      const order = anOrder();
      await insertOrder(database.db, order);
      await insertChange(database.db, order.id, aChange());
      const change = aChange({
        version: 2,
        at: AT + 1,
        from: 'placed',
        to: 'confirmed',
        reason: 'ok',
      });
      expect(await applyChange(database.db, order.id, change)).toBe(true);
      expect(await applyChange(database.db, order.id, change)).toBe(false);
      expect(await applyChange(database.db, order.id, { ...change, version: 9 })).toBe(false);
      await insertChange(database.db, order.id, change);
      expect(await findOrderHead(database.db, order.id)).toMatchObject({
        status: 'confirmed',
        version: 2,
        createdAt: AT,
        updatedAt: AT + 1,
      });
      const by = { sub: 'ada', name: 'Ada', role: 'customer' };
      expect(await findChanges(database.db, order.id)).toEqual([
        { ...aChange(), by },
        { ...change, by },
      ]);
    });

    it('writes nothing of a transaction that fails', async () => {
      const order = anOrder();
      const failing = database.db.transaction(async (trx) => {
        await insertOrder(trx, order);
        await insertChange(trx, order.id, aChange());
        await insertChange(trx, order.id, aChange());
      });
      await expect(failing).rejects.toThrow();
      expect(await findOrder(database.db, order.id)).toBeUndefined();
    });

    it('gives no two orders the same number', async () => {
      await insertOrder(database.db, anOrder({ id: '01KAN00000000000A0SAMENMBR' }));
      const same = insertOrder(database.db, anOrder({ id: '01KAN00000000000B0SAMENMBR' }));
      await expect(same).rejects.toThrow(OrderNumberTaken);
      expect(await list({})).toEqual(['01KAN00000000000A0SAMENMBR']);
    });

    it('numbers what a program of the version before wrote, the oldest first, in batches', async () => {
      const [a, b, likeA, c, likeTaken] = [
        '01KAN00000000000A0AAAAAAAA',
        '01KAN00000000000B0BBBBBBBB',
        '01KAN00000000000C0AAAAAAAA',
        '01KAN00000000000D0CCCCCCCC',
        '01KAN00000000000E0DDDDDDDD',
      ];
      for (const id of [a, b, likeA, c, likeTaken]) await insertUnnumbered(id);
      const taken = '01KAN00000000000F0DDDDDDDD';
      await insertOrder(database.db, anOrder({ id: taken }));
      expect(await list({ q: 'bbbbbbbb' })).toEqual([]);
      expect(await numberOrders(database.db, 2)).toBe(2);
      expect(await numberOrders(database.db, 2)).toBe(1);
      expect(await numberOrders(database.db, 2)).toBe(0);
      expect(await list({ q: 'aaaaaaaa' })).toEqual([a]);
      expect(await list({ q: 'bbbbbbbb' })).toEqual([b]);
      expect(await list({ q: 'cccccccc' })).toEqual([c]);
      expect(await list({ q: 'dddddddd' })).toEqual([taken]);
      for (const id of [likeA, likeTaken]) expect(await list({ q: id })).toEqual([id]);
    });

    it('numbers of orders that end alike and wait together only the oldest', async () => {
      await insertUnnumbered('01KAN00000000000B0AAAAAAAA');
      await insertUnnumbered('01KAN00000000000A0AAAAAAAA');
      expect(await numberOrders(database.db, 200)).toBe(1);
      expect(await numberOrders(database.db, 200)).toBe(0);
      expect(await list({ q: 'AAAAAAAA' })).toEqual(['01KAN00000000000A0AAAAAAAA']);
    });

    it('finds by the beginning of number, id, any word of the name and address, page by page', async () => {
      const people = {
        odysseus: { name: 'Οδυσσέας Ἰθακήσιος', email: 'odysseus@ithaca.example' },
        ipek: { name: 'İpek Işık', email: 'ipek@example.com' },
        weiss: { name: 'Jean-Luc Weiß', email: 'jl.weiss@example.com' },
      };
      const ids: Record<string, string> = {};
      for (const [sub, person] of Object.entries(people)) {
        await keepPerson(database.db, { sub, ...person }, AT);
        const order = anOrder({ customerId: sub });
        ids[sub] = order.id;
        await insertOrder(database.db, order);
      }
      const { odysseus = '', ipek = '', weiss = '' } = ids;
      for (const q of ['ΟΔΥΣ', 'οδυς', 'ιθακησιος', 'ODYSSEUS@']) {
        expect([q, await list({ q })]).toEqual([q, [odysseus]]);
      }
      for (const q of ['İPEK', 'ipek', 'IPEK IS', 'ışık', 'ISIK']) {
        expect([q, await list({ q })]).toEqual([q, [ipek]]);
      }
      for (const q of ['WEISS', 'weiß', 'luc w', 'jean-luc weiss', 'JL.W']) {
        expect([q, await list({ q })]).toEqual([q, [weiss]]);
      }
      for (const q of ['eiss', 'dysseus', 'example.com', ' ', '\u0301']) {
        expect([q, await list({ q })]).toEqual([q, []]);
      }
      expect(await list({ q: weiss.slice(-8).toLowerCase() })).toEqual([weiss]);
      const many = ['Ada', 'Adam', 'Weiss Ada'].map(async (name, index) => {
        await keepPerson(database.db, { sub: `many-${index}`, name, email: '' }, AT);
      });
      await Promise.all(many);
      const placed: string[] = [];
      for (let count = 0; count < 9; count += 1) {
        const order = anOrder({ customerId: `many-${count % 3}` });
        placed.unshift(order.id);
        await insertOrder(database.db, order);
      }
      const paged: string[] = [];
      for (let page = await list({ q: 'ada' }, 4); page.length > 0;) {
        paged.push(...page);
        page = await list({ q: 'ada', before: paged.at(-1) }, 4);
      }
      expect(paged).toEqual(placed);
    });

    it('lists newest first by every filter, with one seek a page', async () => {
      const orders = [
        anOrder(),
        anOrder({ status: 'shipped' }),
        anOrder({ customerId: 'eve' }),
        anOrder({ customerId: 'eve', status: 'shipped' }),
      ];
      for (const order of orders) await insertOrder(database.db, order);
      const [a, b, c, d] = orders.map(({ id }) => id);
      expect(await list({})).toEqual([d, c, b, a]);
      expect(await list({}, 2)).toEqual([d, c]);
      expect(await list({ before: c })).toEqual([b, a]);
      expect(await list({ status: 'shipped' })).toEqual([d, b]);
      expect(await list({ customerId: 'eve', status: 'placed' })).toEqual([c]);
      expect(await list({ q: '100%' })).toEqual([d, c]);
      expect(await list({ q: '100% öve_[' })).toEqual([d, c]);
      expect(await list({ q: '100_' })).toEqual([]);
      expect(await list({ q: 'ADA@' })).toEqual([b, a]);
      expect(await list({ q: 'ada', before: b })).toEqual([a]);
      expect(await list({ q: a?.toLowerCase() })).toEqual([a]);
      expect(await list({ q: '01KAN' }, 3)).toEqual([d, c, b]);
      expect((await listOrders(database.db, ALL, 1))[0]).toMatchObject({
        customerName: '100% Öve_[x]',
        lineCount: 1,
      });
    });

    it('sums by status and hour, from the first instant to before the last', async () => {
      await insertOrder(database.db, anOrder());
      await insertOrder(database.db, anOrder({ createdAt: AT + HOUR_MS, status: 'cancelled' }));
      await insertOrder(database.db, anOrder({ createdAt: AT + HOUR_MS + 1 }));
      const summary = await summarizeOrders(database.db, AT, AT + HOUR_MS + 1);
      expect(summary.byStatus.filter(({ count }) => count > 0)).toEqual([
        { status: 'placed', count: 1, total: 900 },
        { status: 'cancelled', count: 1, total: 900 },
      ]);
      expect(summary.byHour).toEqual([
        { hour: '2026-11-22T08:00:00.000Z', count: 1, total: 900 },
        { hour: '2026-11-22T09:00:00.000Z', count: 1, total: 900 },
      ]);
    });
  });
}
