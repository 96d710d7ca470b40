import { dialectOf } from '@ordercast/platform/database.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { toChangeRow, toLineRows, toOrderRow } from '@ordercast/services/orders/order-store.ts';
import type { Knex } from 'knex';
import { insertRows } from './insert-rows.ts';
import {
  CUSTOMERS,
  PRODUCTS,
  STAFF_SUB,
  currencyOf,
  customerSub,
  productId,
  randomOrder,
  unitPriceOf,
} from './random-order.ts';

/** Orders of a transaction: some 20,000 rows. */
const ORDERS_AT_ONCE = 2_500;

export interface FillSettings {
  orders: number;
  seed: number;
  /** Epoch ms: the orders are placed evenly in `[from, to)`. */
  from: number;
  to: number;
  onProgress?: (orders: number) => void;
}

export interface Filled {
  orders: number;
  lines: number;
  changes: number;
}

/** The database holds orders or a catalogue already. */
export class NotEmpty extends Error {
  override name = 'NotEmpty';
}

/**
 * Fills an empty, migrated database with a shop: 5,000 customers, 400 products and so many orders, with lines and timelines, the same for the
 * same seed. What fails leaves whole orders behind. @throws NotEmpty
 */
export async function fillOrders(db: Knex, settings: FillSettings): Promise<Filled> {
  const { orders, seed, from, to, onProgress = () => undefined } = settings;
  for (const table of ['orders', 'products', 'people']) {
    const row: unknown = await db(table).first();
    if (row !== undefined) throw new NotEmpty(`The database is not empty: it has rows in ${table}`);
  }
  if (dialectOf(db) === 'sqlite') await hurry(db);
  await insertRows(db, 'people', people(from));
  await insertRows(db, 'products', products(from));
  const random = seededRandom(seed);
  const filled = { orders: 0, lines: 0, changes: 0 };
  while (filled.orders < orders) {
    const count = Math.min(ORDERS_AT_ONCE, orders - filled.orders);
    const some = Array.from({ length: count }, (_none, at) => {
      const index = filled.orders + at;
      return randomOrder(random, index, from + Math.floor((index * (to - from)) / orders));
    });
    const lines = some.flatMap(toLineRows);
    const changes = some.flatMap((order) =>
      order.changes.map((change) => toChangeRow(order.id, change)),
    );
    await db.transaction(async (trx) => {
      await insertRows(trx, 'orders', some.map(toOrderRow));
      await insertRows(trx, 'order_lines', lines);
      await insertRows(trx, 'order_timeline', changes);
    });
    filled.orders += count;
    filled.lines += lines.length;
    filled.changes += changes.length;
    onProgress(filled.orders);
  }
  return filled;
}

/** Indexes are written at random places: what does not stay in memory is written again and again. A crash of the machine spoils the file. */
async function hurry(db: Knex): Promise<void> {
  await db.raw('pragma cache_size = -262144');
  await db.raw('pragma wal_autocheckpoint = 50000');
  await db.raw('pragma synchronous = off');
}

function people(now: number) {
  const subs = [STAFF_SUB, ...Array.from({ length: CUSTOMERS }, (_none, at) => customerSub(at))];
  return subs.map((sub) => ({
    sub,
    name: `Person ${sub}`,
    email: `${sub}@example.com`,
    name_key: `person ${sub}`,
    email_key: `${sub}@example.com`,
    created_at: new Date(now),
  }));
}

function products(now: number) {
  return Array.from({ length: PRODUCTS }, (_none, at) => ({
    id: productId(at),
    name: `Product number ${at}`,
    category: `Category ${at % 12}`,
    unit_price: unitPriceOf(at),
    currency: currencyOf(at),
    created_at: new Date(now),
  }));
}
