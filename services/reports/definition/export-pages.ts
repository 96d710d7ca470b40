import { orderStatusSchema } from '@ordercast/contract/order.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantColumn, instantValue, integerColumn } from '@ordercast/platform/column.ts';

const orderRow = z
  .object({
    id: z.string(),
    status: orderStatusSchema,
    customer_id: z.string(),
    customer_name: z.string(),
    customer_email: z.string(),
    note: z.string().nullable(),
    currency: z.string(),
    total: integerColumn,
    line_count: integerColumn,
    created_at: instantColumn,
    updated_at: instantColumn,
  })
  .transform((row) => ({
    id: row.id,
    status: row.status,
    customerId: row.customer_id,
    customerName: row.customer_name,
    customerEmail: row.customer_email,
    note: row.note,
    currency: row.currency,
    total: row.total,
    lineCount: row.line_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
export type ExportedOrder = z.infer<typeof orderRow>;

const lineRow = z
  .object({
    order_id: z.string(),
    line_no: integerColumn,
    product_id: z.string(),
    name: z.string(),
    quantity: integerColumn,
    unit_price: integerColumn,
    total: integerColumn,
  })
  .transform((row) => ({
    orderId: row.order_id,
    lineNo: row.line_no,
    productId: row.product_id,
    name: row.name,
    quantity: row.quantity,
    unitPrice: row.unit_price,
    total: row.total,
  }));
export type ExportedLine = z.infer<typeof lineRow>;

/**
 * The orders placed in `[from, to)`, epoch ms, with their customers, the first placed first: at most `limit` of those
 * after one of them, by two seeks, so that no page costs more than another, however many share an instant.
 */
export async function readPlacedPage(
  db: Knex,
  { from, to }: { from: number; to: number },
  after: Pick<ExportedOrder, 'id' | 'createdAt'> | undefined,
  limit: number,
): Promise<ExportedOrder[]> {
  const sameInstant = after === undefined ? [] : await readSameInstant(db, after, limit);
  if (sameInstant.length === limit) return sameInstant;
  const later: unknown = await exportedOrders(db)
    .where(
      'orders.created_at',
      '>=',
      instantValue(after === undefined ? from : after.createdAt + 1),
    )
    .where('orders.created_at', '<', instantValue(to))
    .orderBy([{ column: 'orders.created_at' }, { column: 'orders.id' }])
    .limit(limit - sameInstant.length);
  return [...sameInstant, ...z.array(orderRow).parse(later)];
}

async function readSameInstant(
  db: Knex,
  after: Pick<ExportedOrder, 'id' | 'createdAt'>,
  limit: number,
): Promise<ExportedOrder[]> {
  const rows: unknown = await exportedOrders(db)
    .where('orders.created_at', instantValue(after.createdAt))
    .where('orders.id', '>', after.id)
    .orderBy('orders.id')
    .limit(limit);
  return z.array(orderRow).parse(rows);
}

function exportedOrders(db: Knex): Knex.QueryBuilder {
  return db('orders')
    .join('people', 'people.sub', 'orders.customer_id')
    .select(
      'orders.id',
      'orders.status',
      'orders.customer_id',
      'people.name as customer_name',
      'people.email as customer_email',
      'orders.note',
      'orders.currency',
      'orders.total',
      'orders.line_count',
      'orders.created_at',
      'orders.updated_at',
    );
}

/** The lines of some orders, by order and in their order. */
export async function readLinesOf(
  db: Knex,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, ExportedLine[]>> {
  const rows: unknown[] = await db('order_lines')
    .whereIn('order_id', orderIds)
    .orderBy([{ column: 'order_id' }, { column: 'line_no' }])
    .select('order_id', 'line_no', 'product_id', 'name', 'quantity', 'unit_price', 'total');
  return Map.groupBy(
    rows.map((row) => lineRow.parse(row)),
    ({ orderId }) => orderId,
  );
}
