import { ORDER_STATUSES, orderStatusSchema } from '@ordercast/contract/order.ts';
import type { Stays } from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { dialectOf } from '@ordercast/platform/database.ts';

/** Programs on machines of differing clocks may write a change before the one that it follows. */
const durationColumn = integerColumn.transform((ms) => Math.max(0, ms));

const staysRow = z
  .object({
    from_status: orderStatusSchema,
    count: integerColumn,
    mean_ms: durationColumn,
    longest_ms: durationColumn,
  })
  .transform((row): Stays => ({
    status: row.from_status,
    count: row.count,
    meanMs: row.mean_ms,
    longestMs: row.longest_ms,
  }));

/**
 * How long orders were in a state that they left in `[from, to)`, epoch ms, whenever they came into it, in the order
 * of an order's life. The mean is of whole milliseconds.
 */
export async function readStays(db: Knex, from: number, to: number): Promise<Stays[]> {
  const stay =
    dialectOf(db) === 'sqlite'
      ? 'ended.at - began.at'
      : 'datediff_big(millisecond, began.at, ended.at)';
  const rows: unknown[] = await db('order_timeline as ended')
    .join('order_timeline as began', 'began.order_id', 'ended.order_id')
    .whereRaw('began.version = ended.version - 1')
    .where('ended.at', '>=', instantValue(from))
    .where('ended.at', '<', instantValue(to))
    .whereNotNull('ended.from_status')
    .groupBy('ended.from_status')
    .count({ count: '*' })
    .select('ended.from_status', {
      mean_ms: db.raw(`sum(${stay}) / count(*)`),
      longest_ms: db.raw(`max(${stay})`),
    });
  return rows
    .map((row) => staysRow.parse(row))
    .sort((a, b) => ORDER_STATUSES.indexOf(a.status) - ORDER_STATUSES.indexOf(b.status));
}
