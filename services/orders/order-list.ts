import type { OrderStatus } from '@ordercast/contract/order.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { toSearchKey } from '../people/people-store.ts';
import { integerColumn } from '@ordercast/platform/column.ts';
import { prefixRange } from '@ordercast/platform/prefix-range.ts';
import { toOrderHead } from './order-store.ts';
import type { OrderHead } from './order-store.ts';

export interface OrderFilter {
  status: OrderStatus | undefined;
  customerId: string | undefined;
  /** Beginning of an order's id, or of its customer's name or mail address. */
  q: string | undefined;
  /** Only orders older than the one with this id. */
  before: string | undefined;
}

export type ListedOrder = OrderHead & { customerName: string; lineCount: number };

const listRow = z.object({ customer_name: z.string(), line_count: integerColumn });
/** What the beginning of a ULID can look like, in either case. */
const ID_BEGINNING = /^[0-7][0-9a-hjkmnp-tv-z]{0,25}$/i;

/**
 * The newest orders that fit, at most `limit`. Order ids are ULIDs, so newest first is their
 * primary key read backwards, and a page is a seek however deep it lies. A search by `q` is one
 * seek by id and one by customer, never an OR that would scan.
 */
export async function listOrders(
  db: Knex,
  filter: OrderFilter,
  limit: number,
): Promise<ListedOrder[]> {
  const { q } = filter;
  if (q === undefined) return run(filteredOrders(db, filter), limit);
  const byCustomer = filteredOrders(db, filter).whereIn('orders.customer_id', peopleLike(db, q));
  const found = [await run(byCustomer, limit)];
  if (ID_BEGINNING.test(q)) {
    found.push(
      await run(whereBeginsWith(filteredOrders(db, filter), 'orders.id', q.toUpperCase()), limit),
    );
  }
  const byId = new Map(found.flat().map((order) => [order.id, order]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function filteredOrders(db: Knex, { status, customerId, before }: OrderFilter): Knex.QueryBuilder {
  const query = db('orders').join('people', 'people.sub', 'orders.customer_id');
  if (status !== undefined) void query.where('orders.status', status);
  if (customerId !== undefined) void query.where('orders.customer_id', customerId);
  if (before !== undefined) void query.where('orders.id', '<', before);
  return query;
}

function peopleLike(db: Knex, q: string): Knex.QueryBuilder {
  const key = toSearchKey(q);
  return whereBeginsWith(db('people').select('sub'), 'name_key', key).union(
    whereBeginsWith(db('people').select('sub'), 'email_key', key),
  );
}

function whereBeginsWith(query: Knex.QueryBuilder, column: string, beginning: string) {
  const { from, before } = prefixRange(beginning);
  void query.where(column, '>=', from);
  if (before !== undefined) void query.where(column, '<', before);
  return query;
}

async function run(query: Knex.QueryBuilder, limit: number): Promise<ListedOrder[]> {
  const rows: unknown[] = await query
    .orderBy('orders.id', 'desc')
    .limit(limit)
    .select('orders.*', 'people.name as customer_name');
  return rows.map((row) => {
    const { customer_name, line_count } = listRow.parse(row);
    return { ...toOrderHead(row), customerName: customer_name, lineCount: line_count };
  });
}
