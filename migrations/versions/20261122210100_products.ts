import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';
import { createIndex } from '../step/create-index.ts';

/** The catalogue: the only source of prices. */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('products', (table) => {
    table.specificType('id', type.code(64)).notNullable();
    table.specificType('name', type.text(200)).notNullable();
    table.specificType('category', type.text(100)).notNullable();
    table.specificType('unit_price', type.bigint).notNullable();
    table.specificType('currency', type.code(3)).notNullable();
    table.specificType('created_at', type.instant).notNullable();
    primaryKey(table, 'pk_products', ['id']);
    // A full order of 100 lines of 999 each then stays below JavaScript's exact integers.
    table.check('unit_price between 0 and 10000000000', [], 'ck_products_unit_price');
  });
  await createIndex(knex, 'products', {
    name: 'ix_products_category',
    columns: ['category', 'name', 'id'],
    include: ['unit_price', 'currency'],
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('products');
}
