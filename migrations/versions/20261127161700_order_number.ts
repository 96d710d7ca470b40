import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { backfill } from '../step/backfill.ts';
import { createIndex } from '../step/create-index.ts';

/** Each batch is a transaction of its own, and notes how far it came. */
export const config = { transaction: false };

const BATCH = 1000;

/**
 * The number of an order, the end of its id, so that it is found by it and no two have the same.
 * It may be null: a program of the version before writes orders without one. Of orders that end
 * alike the oldest keeps the number; the others have none and are found by their id.
 */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.alterTable('orders', (table) => {
    table.specificType('number', type.code(8)).nullable();
  });
  // Only while rows are filled: it finds those that end alike, which a unique one would refuse.
  await createIndex(knex, 'orders', {
    name: 'ix_orders_number_filling',
    columns: ['number', 'id'],
    where: 'number is not null',
    online: true,
  });
  const walk = { table: 'orders', key: 'id', keyType: 'char(26)', batch: BATCH };
  await backfill(knex, { ...walk, set: 'number = substring(id, 19, 8)', where: 'number is null' });
  await backfill(knex, {
    ...walk,
    set: 'number = null',
    where:
      'exists (select 1 from orders as older where older.number = orders.number and older.id < orders.id)',
  });
  await createIndex(knex, 'orders', {
    name: 'uq_orders_number',
    columns: ['number'],
    where: 'number is not null',
    unique: true,
    online: true,
  });
  await dropIndex(knex, 'ix_orders_number_filling');
  await createIndex(knex, 'orders', {
    name: 'ix_orders_unnumbered',
    columns: ['id'],
    where: 'number is null',
    online: true,
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropIndex(knex, 'ix_orders_unnumbered');
  await dropIndex(knex, 'uq_orders_number');
  await knex.schema.raw('alter table orders drop column number');
}

async function dropIndex(knex: Knex, name: string): Promise<void> {
  await knex.schema.alterTable('orders', (table) => {
    table.dropIndex([], name);
  });
}
