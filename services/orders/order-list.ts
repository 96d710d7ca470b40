import type { OrderStatus } from '@ordercast/contract/order.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { whoseWordBeginsWith } from '../people/person-words-store.ts';
import { integerColumn } from '@ordercast/platform/column.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import { whereBeginsWith } from '@ordercast/platform/where-begins-with.ts';
import { HEAD_COLUMNS, toOrderHead } from './order-store.ts';
import type { OrderHead } from './order-store.ts';

export interface OrderFilter {
  status: OrderStatus | undefined;
  customerId: string | undefined;
  /** Beginning of an order's number or id, of a word of its customer's name, or of the address. */
  q: string | undefined;
  /** Only orders older than the one with this id. */
  before: string | undefined;
}

export type ListedOrder = OrderHead & { customerName: string; lineCount: number };

const listRow = z.object({ customer_name: z.string(), line_count: integerColumn });
/** What the beginning of a ULID can look like, in either case. */
const ID_BEGINNING = /^[0-7][0-9a-hjkmnp-tv-z]{0,25}$/i;
const NUMBER_BEGINNING = /^[0-9a-hjkmnp-tv-z]{1,8}$/i;

/**
 * The newest orders that fit, at most `limit`. Order ids are ULIDs, so newest first is their
 * primary key read backwards, and a page is a seek however deep it lies. A search by `q` is one
 * query by customer, one by id and one by number, each a seek, never an OR that would scan.
 */
export async function listOrders(
  db: Knex,
  filter: OrderFilter,
  limit: number,
): Promise<ListedOrder[]> {
  const { q } = filter;
  if (q === undefined) return parsed(await newest(filteredOrders(db, filter), limit));
  const found: ListedOrder[] = [];
  for (const search of searches(db, filter, q)) {
    found.push(...parsed(await plannedAnew(db, newest(search, limit))));
  }
  const byId = new Map(found.map((order) => [order.id, order]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function filteredOrders(db: Knex, { status, customerId, before }: OrderFilter): Knex.QueryBuilder {
  const query = db('orders').join('people', 'people.sub', 'orders.customer_id');
  if (status !== undefined) void query.where('orders.status', status);
  if (customerId !== undefined) void query.where('orders.customer_id', customerId);
  if (before !== undefined) void query.where('orders.id', '<', before);
  return query;
}

function searches(db: Knex, filter: OrderFilter, q: string): Knex.QueryBuilder[] {
  const all: Knex.QueryBuilder[] = [];
  const people = whoseWordBeginsWith(db, q);
  if (people !== undefined) {
    all.push(filteredOrders(db, filter).whereIn('orders.customer_id', people));
  }
  const beginning = q.toUpperCase();
  if (ID_BEGINNING.test(q)) {
    all.push(whereBeginsWith(filteredOrders(db, filter), 'orders.id', beginning));
  }
  if (NUMBER_BEGINNING.test(q)) {
    all.push(whereBeginsWith(filteredOrders(db, filter), 'orders.number', beginning));
  }
  return all;
}

function newest(query: Knex.QueryBuilder, limit: number): Knex.QueryBuilder {
  return query
    .orderBy('orders.id', 'desc')
    .limit(limit)
    .select([...HEAD_COLUMNS, 'orders.line_count', 'people.name as customer_name']);
}

/**
 * A beginning may have one match or a million: SQL Server must not serve the one by the plan that it
 * once made for the other, so it makes one for each search.
 */
function plannedAnew(db: Knex, query: Knex.QueryBuilder): Knex.QueryBuilder | Knex.Raw {
  if (dialectOf(db) !== 'mssql') return query;
  const { sql, bindings } = query.toSQL();
  return db.raw(`${sql} option (recompile)`, bindings);
}

function parsed(answer: unknown): ListedOrder[] {
  return z
    .array(z.unknown())
    .parse(answer)
    .map((row) => {
      const { customer_name, line_count } = listRow.parse(row);
      return { ...toOrderHead(row), customerName: customer_name, lineCount: line_count };
    });
}
