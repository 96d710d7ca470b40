import { ORDER_STATUSES } from '@ordercast/contract/order.ts';
import type { OrderStatus } from '@ordercast/contract/order.ts';
import type { Knex } from 'knex';
import type { OrderChange, OrderRecord } from '../../orders/order.ts';
import { toChangeRow, toLineRows, toOrderRow } from '../../orders/order-store.ts';

const CURRENCIES = ['EUR', 'JPY', 'KWD'];
const PRODUCTS = Array.from({ length: 25 }, (_, index) => `product-${index}`);
export const PEOPLE = [
  { sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' },
  { sub: 'eve', name: '=HYPERLINK("http://evil.example")', email: '+eve@example.com' },
  { sub: 'noa', name: 'נועה "בר", כהן', email: 'noa@example.com' },
];
const NOTES = [null, 'Please ring', '\t=1+1', 'first line\r\nsecond; "third"', '🍏'];
const MINUTE_MS = 60_000;
const ROWS_AT_ONCE = 50;

export type ShopOrder = OrderRecord & { changes: OrderChange[] };

/** Orders placed at the given instants, epoch ms, with lines and a life of their own each. */
export function randomOrders(random: () => number, instants: readonly number[]): ShopOrder[] {
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  return instants
    .toSorted((a, b) => a - b)
    .map((createdAt, index) => {
      const lines = Array.from({ length: 1 + Math.floor(random() ** 3 * 12) }, () => {
        const quantity = 1 + Math.floor(random() * 9);
        const unitPrice = Math.floor(random() * 100_000);
        const productId = pick(PRODUCTS) ?? '';
        return {
          productId,
          name: `Bought ${productId}`,
          quantity,
          unitPrice,
          total: quantity * unitPrice,
        };
      });
      const changes = randomLife(random, createdAt);
      return {
        id: `01KAN000000000${String(index).padStart(6, '0')}${crockford(random)}`,
        customerId: pick(PEOPLE)?.sub ?? '',
        status: changes.at(-1)?.to ?? 'placed',
        version: changes.length,
        currency: pick(CURRENCIES) ?? '',
        total: lines.reduce((sum, { total }) => sum + total, 0),
        note: pick(NOTES) ?? null,
        createdAt,
        updatedAt: changes.at(-1)?.at ?? createdAt,
        lines,
        changes,
      };
    });
}

function crockford(random: () => number): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return Array.from({ length: 6 }, () => digits[Math.floor(random() * 32)]).join('');
}

function randomLife(random: () => number, createdAt: number): OrderChange[] {
  const changes: OrderChange[] = [];
  let from: OrderStatus | null = null;
  let at = createdAt;
  for (const next of ORDER_STATUSES.slice(0, -1)) {
    const to: OrderStatus = from !== null && random() < 0.15 ? 'cancelled' : next;
    const by = { sub: 'ada', role: 'staff' } as const;
    changes.push({ version: changes.length + 1, at, by, from, to, reason: null });
    if (to === 'cancelled' || random() < 0.2) break;
    from = to;
    at += Math.floor(random() ** 2 * 3 * 24 * 60 * MINUTE_MS);
  }
  return changes;
}

/** Writes people, a catalogue and the orders. */
export async function insertShop(db: Knex, orders: readonly ShopOrder[]): Promise<void> {
  const created_at = new Date(0);
  await db('people').insert(
    PEOPLE.map((person) => ({ ...person, name_key: '', email_key: '', created_at })),
  );
  await db('products').insert(
    PRODUCTS.map((id) => ({
      id,
      name: `Now ${id}`,
      category: 'All',
      unit_price: 1,
      currency: 'EUR',
      created_at,
    })),
  );
  await insertAll(db, 'orders', orders.map(toOrderRow));
  await insertAll(db, 'order_lines', orders.flatMap(toLineRows));
  await insertAll(
    db,
    'order_timeline',
    orders.flatMap(({ id, changes }) => changes.map((change) => toChangeRow(id, change))),
  );
}

async function insertAll(db: Knex, table: string, rows: readonly object[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await db(table).insert(rows.slice(start, start + ROWS_AT_ONCE));
  }
}
