import type { Product } from '@ordercast/contract/product.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { integerColumn } from '@ordercast/platform/column.ts';

const COLUMNS = ['id', 'name', 'category', 'unit_price', 'currency'];

const productRow = z
  .object({
    id: z.string(),
    name: z.string(),
    category: z.string(),
    unit_price: integerColumn,
    currency: z.string(),
  })
  .transform(({ unit_price, ...row }): Product => ({ ...row, unitPrice: unit_price }));

/** The whole catalogue, by category and name. */
export async function listProducts(db: Knex): Promise<Product[]> {
  const rows: unknown[] = await db('products').select(COLUMNS).orderBy(['category', 'name', 'id']);
  return rows.map((row) => productRow.parse(row));
}

/** Those of the wanted products that exist, by id. At most 100 ids. */
export async function findProducts(
  db: Knex,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Product>> {
  const rows: unknown[] = await db('products').whereIn('id', ids).select(COLUMNS);
  return new Map(rows.map((row) => productRow.parse(row)).map((product) => [product.id, product]));
}
