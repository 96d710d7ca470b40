import { productListSchema } from '@ordercast/contract/product.ts';
import type { Knex } from 'knex';
import { NO_BODY, NO_QUERY, route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { listProducts } from './product-store.ts';

/** `GET /products`: the catalogue in one page. */
export function productRoutes(database: Knex): Route[] {
  return [
    route({
      method: 'get',
      path: '/products',
      access: 'customer',
      query: NO_QUERY,
      body: NO_BODY,
      documentation: {
        summary: 'The catalogue, by category and name',
        responses: { 200: { description: 'All products', schema: productListSchema } },
      },
      handle: async () => ({
        status: 200,
        body: { items: await listProducts(database), nextCursor: null },
      }),
    }),
  ];
}
