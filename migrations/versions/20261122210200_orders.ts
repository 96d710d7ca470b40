import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';
import { createIndex } from '../step/create-index.ts';

const STATUSES = "('placed', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled')";

/** Orders, their lines as they were bought, and every change that they ever saw. */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('orders', (table) => {
    table.specificType('id', type.ulid).notNullable();
    table.specificType('customer_id', type.code(64)).notNullable();
    table.specificType('status', type.code(10)).notNullable();
    table.integer('version').notNullable();
    table.specificType('currency', type.code(3)).notNullable();
    table.specificType('total', type.bigint).notNullable();
    table.specificType('note', type.text(4000)).nullable();
    table.integer('line_count').notNullable();
    table.specificType('created_at', type.instant).notNullable();
    table.specificType('updated_at', type.instant).notNullable();
    primaryKey(table, 'pk_orders', ['id']);
    table.foreign('customer_id', 'fk_orders_customer').references('people.sub');
    table.check(`status in ${STATUSES}`, [], 'ck_orders_status');
    table.check('version >= 1', [], 'ck_orders_version');
    table.check('total >= 0', [], 'ck_orders_total');
    table.check('line_count between 1 and 100', [], 'ck_orders_line_count');
    // The dashboard's figures are answered from this index alone.
    table.index(['created_at', 'status', 'total'], 'ix_orders_created');
  });
  // Newest first is the primary key read backwards; these do the same under each filter.
  const listed = ['version', 'currency', 'total', 'note', 'line_count', 'created_at', 'updated_at'];
  await createIndex(knex, 'orders', {
    name: 'ix_orders_customer',
    columns: ['customer_id', 'id'],
    include: ['status', ...listed],
  });
  await createIndex(knex, 'orders', {
    name: 'ix_orders_customer_status',
    columns: ['customer_id', 'status', 'id'],
    include: listed,
  });
  await createIndex(knex, 'orders', {
    name: 'ix_orders_status',
    columns: ['status', 'id'],
    include: ['customer_id', ...listed],
  });

  await knex.schema.createTable('order_lines', (table) => {
    table.specificType('order_id', type.ulid).notNullable();
    table.integer('line_no').notNullable();
    table.specificType('product_id', type.code(64)).notNullable();
    table.specificType('name', type.text(200)).notNullable();
    table.integer('quantity').notNullable();
    table.specificType('unit_price', type.bigint).notNullable();
    table.specificType('total', type.bigint).notNullable();
    primaryKey(table, 'pk_order_lines', ['order_id', 'line_no']);
    table.foreign('order_id', 'fk_order_lines_order').references('orders.id');
    table.foreign('product_id', 'fk_order_lines_product').references('products.id');
    table.index(['product_id'], 'ix_order_lines_product');
    table.check('quantity between 1 and 999', [], 'ck_order_lines_quantity');
    table.check('unit_price >= 0', [], 'ck_order_lines_unit_price');
    table.check('total = unit_price * quantity', [], 'ck_order_lines_total');
  });

  await knex.schema.createTable('order_timeline', (table) => {
    table.specificType('order_id', type.ulid).notNullable();
    table.integer('version').notNullable();
    table.specificType('at', type.instant).notNullable();
    table.specificType('by_sub', type.code(64)).notNullable();
    table.specificType('by_role', type.code(10)).notNullable();
    table.specificType('from_status', type.code(10)).nullable();
    table.specificType('to_status', type.code(10)).notNullable();
    table.specificType('reason', type.text(500)).nullable();
    primaryKey(table, 'pk_order_timeline', ['order_id', 'version']);
    table.foreign('order_id', 'fk_order_timeline_order').references('orders.id');
    table.foreign('by_sub', 'fk_order_timeline_by').references('people.sub');
    table.index(['by_sub'], 'ix_order_timeline_by');
    table.check("by_role in ('customer', 'staff', 'admin')", [], 'ck_order_timeline_by_role');
    table.check(`from_status in ${STATUSES}`, [], 'ck_order_timeline_from');
    table.check(`to_status in ${STATUSES}`, [], 'ck_order_timeline_to');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('order_timeline');
  await knex.schema.dropTable('order_lines');
  await knex.schema.dropTable('orders');
}
