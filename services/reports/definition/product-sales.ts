import type { ProductSales } from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantValue, integerColumn } from '@ordercast/platform/column.ts';

const salesRow = z
  .object({
    product_id: z.string(),
    name: z.string(),
    currency: z.string(),
    quantity: integerColumn,
    total: integerColumn,
  })
  .transform((row): ProductSales => ({
    productId: row.product_id,
    name: row.name,
    currency: row.currency,
    quantity: row.quantity,
    revenue: row.total,
  }));

/**
 * What was sold of each product, by the name that the catalogue gives it now, in the orders placed in `[from, to)`,
 * epoch ms, that are not cancelled; by currency, most revenue first. As many as the catalogue has, at most.
 */
export async function readProductSales(
  db: Knex,
  from: number,
  to: number,
): Promise<ProductSales[]> {
  const rows: unknown[] = await db('orders')
    .join('order_lines', 'order_lines.order_id', 'orders.id')
    .join('products', 'products.id', 'order_lines.product_id')
    .where('orders.created_at', '>=', instantValue(from))
    .where('orders.created_at', '<', instantValue(to))
    .where('orders.status', '<>', 'cancelled')
    .groupBy('order_lines.product_id', 'products.name', 'orders.currency')
    .select('order_lines.product_id', 'products.name', 'orders.currency')
    .sum({ total: 'order_lines.total' })
    // The sum of an int is one on SQL Server, and too small for it.
    .sum({ quantity: db.raw('cast(?? as bigint)', ['order_lines.quantity']) });
  return rows
    .map((row) => salesRow.parse(row))
    .sort(
      (a, b) =>
        compare(a.currency, b.currency) ||
        b.revenue - a.revenue ||
        compare(a.productId, b.productId),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
