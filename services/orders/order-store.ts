import { orderNumber } from '@ordercast/contract/order-number.ts';
import { orderStatusSchema } from '@ordercast/contract/order.ts';
import type { OrderLine } from '@ordercast/contract/order.ts';
import { roleSchema } from '@ordercast/contract/role.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantColumn, instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { OrderChange, OrderRecord } from './order.ts';

const headRow = z.object({
  id: z.string(),
  customer_id: z.string(),
  status: orderStatusSchema,
  version: integerColumn,
  currency: z.string(),
  total: integerColumn,
  note: z.string().nullable(),
  created_at: instantColumn,
  updated_at: instantColumn,
});

const lineRow = z
  .object({
    product_id: z.string(),
    name: z.string(),
    quantity: integerColumn,
    unit_price: integerColumn,
    total: integerColumn,
  })
  .transform(({ product_id, unit_price, ...row }): OrderLine => ({
    productId: product_id,
    name: row.name,
    quantity: row.quantity,
    unitPrice: unit_price,
    total: row.total,
  }));

const changeRow = z
  .object({
    version: integerColumn,
    at: instantColumn,
    by_sub: z.string(),
    by_name: z.string(),
    by_role: roleSchema,
    from_status: orderStatusSchema.nullable(),
    to_status: orderStatusSchema,
    reason: z.string().nullable(),
  })
  .transform((row) => ({
    version: row.version,
    at: row.at,
    by: { sub: row.by_sub, name: row.by_name, role: row.by_role },
    from: row.from_status,
    to: row.to_status,
    reason: row.reason,
  }));

/** All but `number`, which is a part of the id and stands in no index that lists are read from. */
export const HEAD_COLUMNS = [
  'id',
  'customer_id',
  'status',
  'version',
  'currency',
  'total',
  'note',
  'created_at',
  'updated_at',
].map((column) => `orders.${column}`);

/** An order without its lines. */
export type OrderHead = Omit<OrderRecord, 'lines'>;

/** A row of `orders`, parsed. @throws ZodError where it is none. */
export function toOrderHead(row: unknown): OrderHead {
  const { customer_id, created_at, updated_at, ...head } = headRow.parse(row);
  return { ...head, customerId: customer_id, createdAt: created_at, updatedAt: updated_at };
}

/** Another order has the number, or even the id, that a new one would have. */
export class OrderNumberTaken extends Error {
  override name = 'OrderNumberTaken';
}

/**
 * Writes a new order with its lines, in the caller's transaction, which must not go on after
 * {@link OrderNumberTaken}: another one may try with another id.
 */
export async function insertOrder(db: Knex, order: OrderRecord): Promise<void> {
  try {
    await db('orders').insert(toOrderRow(order));
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new OrderNumberTaken(`The number of the order ${order.id} is taken`, { cause });
  }
  await db('order_lines').insert(toLineRows(order));
}

/** Keeps a change for ever, in the caller's transaction. */
export async function insertChange(db: Knex, orderId: string, change: OrderChange): Promise<void> {
  await db('order_timeline').insert(toChangeRow(orderId, change));
}

/**
 * Brings an order to the state after a change. False where another change came between, so that
 * the version is not the one before it any more; nothing is written then.
 */
export async function applyChange(
  db: Knex,
  orderId: string,
  change: OrderChange,
): Promise<boolean> {
  const changed = await db('orders')
    .where({ id: orderId, version: change.version - 1 })
    .update({
      status: change.to,
      version: change.version,
      updated_at: instantValue(change.at),
    });
  return changed === 1;
}

/** An order without its lines; undefined where there is none. */
export async function findOrderHead(db: Knex, id: string): Promise<OrderHead | undefined> {
  const row: unknown = await db('orders').where({ id }).first(HEAD_COLUMNS);
  return row === undefined ? undefined : toOrderHead(row);
}

/** An order with its lines and its customer's name. */
export async function findOrder(
  db: Knex,
  id: string,
): Promise<(OrderRecord & { customerName: string }) | undefined> {
  const row: unknown = await db('orders')
    .join('people', 'people.sub', 'orders.customer_id')
    .where('orders.id', id)
    .first([...HEAD_COLUMNS, 'people.name as customer_name']);
  if (row === undefined) return undefined;
  const { customer_name } = z.object({ customer_name: z.string() }).parse(row);
  return { ...toOrderHead(row), customerName: customer_name, lines: await findLines(db, id) };
}

/** The lines of an order as they were placed. */
export async function findLines(db: Knex, orderId: string): Promise<OrderLine[]> {
  const rows: unknown[] = await db('order_lines')
    .where({ order_id: orderId })
    .orderBy('line_no')
    .select('product_id', 'name', 'quantity', 'unit_price', 'total');
  return rows.map((row) => lineRow.parse(row));
}

/** Every change of an order, oldest first, with its author's name. */
export async function findChanges(
  db: Knex,
  orderId: string,
): Promise<(Omit<OrderChange, 'by'> & { by: OrderChange['by'] & { name: string } })[]> {
  const rows: unknown[] = await db('order_timeline')
    .join('people', 'people.sub', 'order_timeline.by_sub')
    .where('order_timeline.order_id', orderId)
    .orderBy('order_timeline.version')
    .select(
      'version',
      'at',
      'by_sub',
      'people.name as by_name',
      'by_role',
      'from_status',
      'to_status',
      'reason',
    );
  return rows.map((row) => changeRow.parse(row));
}

/** The row of `orders`. */
export function toOrderRow(order: OrderRecord) {
  return {
    id: order.id,
    number: orderNumber(order.id),
    customer_id: order.customerId,
    status: order.status,
    version: order.version,
    currency: order.currency,
    total: order.total,
    note: order.note,
    line_count: order.lines.length,
    created_at: instantValue(order.createdAt),
    updated_at: instantValue(order.updatedAt),
  };
}

/** The rows of `order_lines`, numbered from 1. */
export function toLineRows(order: Pick<OrderRecord, 'id' | 'lines'>) {
  return order.lines.map((line, index) => ({
    order_id: order.id,
    line_no: index + 1,
    product_id: line.productId,
    name: line.name,
    quantity: line.quantity,
    unit_price: line.unitPrice,
    total: line.total,
  }));
}

/** The row of `order_timeline`. */
export function toChangeRow(orderId: string, change: OrderChange) {
  return {
    order_id: orderId,
    version: change.version,
    at: instantValue(change.at),
    by_sub: change.by.sub,
    by_role: change.by.role,
    from_status: change.from,
    to_status: change.to,
    reason: change.reason,
  };
}
