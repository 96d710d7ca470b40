import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { findProducts, listProducts } from './product-store.ts';

/** What every database must do with products. */
export function productStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
    await database.db('products').insert(
      [
        ['tea', 'Earl Grey', 'Drinks', 450],
        ['chai', 'Chai ☕', 'Drinks', 10_000_000_000],
        ['bread', 'Brot', 'Bakery', 0],
      ].map(([id, name, category, unit_price]) => ({
        id,
        name,
        category,
        unit_price,
        currency: 'EUR',
        created_at: new Date(0),
      })),
    );
  });
  afterEach(() => database.close());

  describe('the product store', () => {
    it('lists the catalogue by category and name, with exact prices', async () => {
      const products = await listProducts(database.db);
      expect(products.map(({ id, unitPrice }) => [id, unitPrice])).toEqual([
        ['bread', 0],
        ['chai', 10_000_000_000],
        ['tea', 450],
      ]);
    });

    it('finds those that are there, by their exact id', async () => {
      const found = await findProducts(database.db, ['tea', 'TEA', 'chai ', 'nothing', 'chai']);
      expect([...found.keys()].sort()).toEqual(['chai', 'tea']);
      expect(found.get('chai')).toMatchObject({ name: 'Chai ☕', currency: 'EUR' });
    });
  });
}
