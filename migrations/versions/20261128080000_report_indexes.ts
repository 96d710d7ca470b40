import type { Knex } from 'knex';
import { createIndex } from '../step/create-index.ts';

/**
 * What reports read. Orders by when they were placed, with what figures of a period ask: `ix_orders_created` lacked the
 * currency, and could not be paged by key, since the status came before the id. And the stays in a state by when they
 * ended: an order's first row ends none and is left out, so that placing an order costs nothing more.
 */
export async function up(knex: Knex): Promise<void> {
  await createIndex(knex, 'orders', {
    name: 'ix_orders_placed',
    columns: ['created_at', 'id', 'status', 'currency', 'total', 'line_count'],
    online: true,
  });
  await dropIndex(knex, 'orders', 'ix_orders_created');
  await createIndex(knex, 'order_timeline', {
    name: 'ix_order_timeline_ended',
    columns: ['at', 'from_status', 'order_id', 'version'],
    where: 'from_status is not null',
    online: true,
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropIndex(knex, 'order_timeline', 'ix_order_timeline_ended');
  await createIndex(knex, 'orders', {
    name: 'ix_orders_created',
    columns: ['created_at', 'status', 'total'],
    online: true,
  });
  await dropIndex(knex, 'orders', 'ix_orders_placed');
}

async function dropIndex(knex: Knex, table: string, name: string): Promise<void> {
  await knex.schema.alterTable(table, (changed) => {
    changed.dropIndex([], name);
  });
}
