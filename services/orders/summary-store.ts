import { ORDER_STATUSES, orderStatusSchema } from '@ordercast/contract/order.ts';
import type { Summary } from '@ordercast/contract/summary.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantValue, integerColumn, isoInstant } from '@ordercast/platform/column.ts';
import { dialectOf } from '@ordercast/platform/database.ts';

const HOUR_MS = 60 * 60 * 1000;

const statusRow = z.object({
  status: orderStatusSchema,
  count: integerColumn,
  total: integerColumn,
});
const hourRow = z.object({ hour: integerColumn, count: integerColumn, total: integerColumn });

/** Figures of the orders placed in `[from, to)`, epoch ms, answered from one index. */
export async function summarizeOrders(db: Knex, from: number, to: number): Promise<Summary> {
  const placed = () =>
    db('orders')
      .where('created_at', '>=', instantValue(from))
      .where('created_at', '<', instantValue(to))
      .count({ count: '*' })
      .sum({ total: 'total' });
  const statusRows: unknown[] = await placed().select('status').groupBy('status');
  const hour = hourOf(db, 'created_at');
  const hourRows = z
    .array(z.unknown())
    .parse(await placed().select({ hour }).groupBy(hour).orderBy('hour'));

  const byStatus = new Map(
    statusRows.map((row) => statusRow.parse(row)).map((row) => [row.status, row]),
  );
  return {
    from: isoInstant(from),
    to: isoInstant(to),
    byStatus: ORDER_STATUSES.map(
      (status) => byStatus.get(status) ?? { status, count: 0, total: 0 },
    ),
    byHour: hourRows
      .map((row) => hourRow.parse(row))
      .map((row) => ({ ...row, hour: isoInstant(row.hour * HOUR_MS) })),
  };
}

/** Whole hours from 1970 to an instant column. */
function hourOf(db: Knex, column: string): Knex.Raw {
  return dialectOf(db) === 'sqlite'
    ? db.raw(`?? / ${HOUR_MS}`, [column])
    : db.raw("datediff(hour, '1970-01-01', ??)", [column]);
}
