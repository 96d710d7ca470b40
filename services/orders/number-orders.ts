import type { Knex } from 'knex';
import { z } from 'zod';
import { orderNumber } from '@ordercast/contract/order-number.ts';

const idRow = z.object({ id: z.string() });

/**
 * Gives their number to up to `limit` orders that a program of the version before wrote, which knew
 * of none; returns how many. An order that ends as one with a number does keeps none: it is found
 * by its id.
 */
export async function numberOrders(db: Knex, limit: number): Promise<number> {
  const rows: unknown[] = await db('orders')
    .whereNull('number')
    .whereNotExists(
      db('orders as named')
        .whereRaw('named.number = substring(orders.id, 19, 8)')
        .select(db.raw('1')),
    )
    .orderBy('id')
    .limit(limit)
    .select('id');
  const oldest = new Map<string, string>();
  for (const row of rows) {
    const { id } = idRow.parse(row);
    if (!oldest.has(orderNumber(id))) oldest.set(orderNumber(id), id);
  }
  if (oldest.size === 0) return 0;
  return db('orders')
    .whereIn('id', [...oldest.values()])
    .whereNull('number')
    .update({ number: db.raw('substring(id, 19, 8)') });
}
