import { orderNumber } from '@ordercast/contract/order-number.ts';
import { orderStatusSchema } from '@ordercast/contract/order.ts';
import type { OrderStatus } from '@ordercast/contract/order.ts';
import { OPEN_STATUSES } from '@ordercast/contract/report-figures.ts';
import type { OpenOrder } from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import {
  instantColumn,
  instantValue,
  integerColumn,
  isoInstant,
} from '@ordercast/platform/column.ts';

/** Open orders of one state and currency. */
export interface OpenGroup {
  status: OrderStatus;
  currency: string;
  count: number;
  /** Sum of their totals, in minor units. */
  total: number;
  /** Epoch ms: since when the one that has waited longest is in its state. */
  since: number;
  /** How many have been in their state for less than each bound. */
  younger: number[];
}

const groupRow = z.object({
  status: orderStatusSchema,
  currency: z.string(),
  count: integerColumn,
  total: integerColumn,
  since: instantColumn,
});

/**
 * The open orders by state and currency, and how many of them have been in their state for less than each of the
 * bounds, in ms, at the instant `at`, epoch ms. An order is in its state since it last changed.
 */
export async function readOpenGroups(
  db: Knex,
  at: number,
  boundsMs: readonly number[],
): Promise<OpenGroup[]> {
  const names = boundsMs.map((_, index) => `younger_${index}`);
  const younger = boundsMs.map((bound, index) =>
    db.raw('sum(case when ?? > ? then 1 else 0 end) as ??', [
      'updated_at',
      instantValue(at - bound),
      names[index] ?? '',
    ]),
  );
  const rows = z.array(z.unknown()).parse(
    await db('orders')
      .whereIn('status', OPEN_STATUSES)
      .groupBy('status', 'currency')
      .count({ count: '*' })
      .sum({ total: 'total' })
      .min({ since: 'updated_at' })
      .select('status', 'currency', ...younger),
  );
  const youngerRow = z.record(z.string(), z.unknown());
  return rows.map((row) => {
    const counts = youngerRow.parse(row);
    return {
      ...groupRow.parse(row),
      younger: names.map((name) => integerColumn.parse(counts[name])),
    };
  });
}

/** The open orders that have been in their state longest, the longest first, at most `limit`. */
export async function readLongestWaiting(
  db: Knex,
  at: number,
  limit: number,
): Promise<OpenOrder[]> {
  const rows: unknown = await openOrders(db)
    .whereIn('orders.status', OPEN_STATUSES)
    .orderBy([{ column: 'orders.updated_at' }, { column: 'orders.id' }])
    .limit(limit);
  return z
    .array(openRow)
    .parse(rows)
    .map((row) => toOpenOrder(row, at));
}

/** The next orders of a state after one of them, the oldest first by when they were placed, at most `limit`. */
export async function readOpenPage(
  db: Knex,
  page: { status: OrderStatus; after: string | undefined; limit: number },
  at: number,
): Promise<OpenOrder[]> {
  const query = openOrders(db).where('orders.status', page.status);
  if (page.after !== undefined) void query.where('orders.id', '>', page.after);
  const rows: unknown = await query.orderBy('orders.id').limit(page.limit);
  return z
    .array(openRow)
    .parse(rows)
    .map((row) => toOpenOrder(row, at));
}

function openOrders(db: Knex): Knex.QueryBuilder {
  return db('orders')
    .join('people', 'people.sub', 'orders.customer_id')
    .select(
      'orders.id',
      'orders.status',
      'orders.currency',
      'orders.total',
      'orders.created_at',
      'orders.updated_at',
      'people.name as customer_name',
    );
}

const openRow = z.object({
  id: z.string(),
  status: orderStatusSchema,
  currency: z.string(),
  total: integerColumn,
  created_at: instantColumn,
  updated_at: instantColumn,
  customer_name: z.string(),
});

function toOpenOrder(row: z.infer<typeof openRow>, at: number): OpenOrder {
  const { id, status, currency, total, created_at, updated_at, customer_name } = row;
  return {
    id,
    number: orderNumber(id),
    status,
    customerName: customer_name,
    currency,
    total,
    placedAt: isoInstant(created_at),
    since: isoInstant(updated_at),
    waitingMs: Math.max(0, at - updated_at),
  };
}
