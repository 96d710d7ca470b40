import { orderStatusSchema } from '@ordercast/contract/order.ts';
import type { PlacedTotals } from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { dialectOf } from '@ordercast/platform/database.ts';

const QUARTER_MINUTES = 15;
const QUARTER_MS = QUARTER_MINUTES * 60 * 1000;

const groupRow = z
  .object({
    status: orderStatusSchema,
    currency: z.string(),
    count: integerColumn,
    total: integerColumn,
    line_count: integerColumn,
  })
  .transform(({ line_count, ...row }) => ({ ...row, lineItems: line_count }));
const quarterRow = z.object({ quarter: integerColumn });

/** Orders of one status and currency. */
export interface PlacedGroup {
  status: z.infer<typeof orderStatusSchema>;
  currency: string;
  count: number;
  /** Sum of their totals, in minor units. */
  total: number;
  lineItems: number;
}

/** The orders placed in `[from, to)`, epoch ms, in groups; answered from one index. */
export async function readPlaced(db: Knex, from: number, to: number): Promise<PlacedGroup[]> {
  const rows: unknown[] = await placed(db, from, to)
    .select('status', 'currency')
    .groupBy('status', 'currency');
  return rows.map((row) => groupRow.parse(row));
}

/**
 * The same by the quarter of an hour in which they were placed, counted from 1970 in UTC: the hours of every time
 * zone are made of those.
 */
export async function readPlacedByQuarter(
  db: Knex,
  from: number,
  to: number,
): Promise<(PlacedGroup & { quarter: number })[]> {
  const quarter = quarterOf(db, 'created_at');
  const rows = z
    .array(z.unknown())
    .parse(
      await placed(db, from, to)
        .select('status', 'currency', { quarter })
        .groupBy('status', 'currency', quarter),
    );
  return rows.map((row) => ({ ...groupRow.parse(row), ...quarterRow.parse(row) }));
}

function placed(db: Knex, from: number, to: number): Knex.QueryBuilder {
  return db('orders')
    .where('created_at', '>=', instantValue(from))
    .where('created_at', '<', instantValue(to))
    .count({ count: '*' })
    .sum({ total: 'total', line_count: 'line_count' });
}

function quarterOf(db: Knex, column: string): Knex.Raw {
  return dialectOf(db) === 'sqlite'
    ? db.raw(`?? / ${QUARTER_MS}`, [column])
    : db.raw(`datediff(minute, '1970-01-01', ??) / ${QUARTER_MINUTES}`, [column]);
}

/** A total for each currency, the one with most orders first. */
export function placedTotals(groups: readonly PlacedGroup[]): PlacedTotals[] {
  const totals = new Map<string, PlacedTotals>();
  for (const { status, currency, count, total } of groups) {
    const sum = totals.get(currency) ?? noTotals(currency);
    if (status === 'cancelled') {
      sum.cancelledOrders += count;
      sum.cancelledTotal += total;
    } else {
      sum.orders += count;
      sum.revenue += total;
    }
    totals.set(currency, sum);
  }
  return [...totals.values()].sort(
    (a, b) =>
      b.orders + b.cancelledOrders - (a.orders + a.cancelledOrders) ||
      (a.currency < b.currency ? -1 : 1),
  );
}

/** Whether any order was placed, cancelled ones included. */
export function arePlaced({ orders, cancelledOrders }: PlacedTotals): boolean {
  return orders + cancelledOrders > 0;
}

/** What stands for a currency in which nothing was placed. */
export function noTotals(currency: string): PlacedTotals {
  return { currency, orders: 0, revenue: 0, cancelledOrders: 0, cancelledTotal: 0 };
}
