import type { Knex } from 'knex';
import { createIndex } from '../step/create-index.ts';

/**
 * The column of the predicate rides along in each filtered index. SQL Server looks up the row to test an `is null`
 * again where the index does not hold the column, and so prefers a scan once statistics say that much waits
 * (learn.microsoft.com/sql/relational-databases/indexes/create-filtered-indexes, "Design considerations").
 */
export async function up(knex: Knex): Promise<void> {
  await createIndex(knex, 'outbox', {
    name: 'ix_outbox_waiting',
    columns: ['id'],
    include: ['published_at'],
    where: 'published_at is null',
    online: true,
  });
  await dropIndex(knex, 'outbox', 'ix_outbox_pending');
  await createIndex(knex, 'orders', {
    name: 'ix_orders_number_missing',
    columns: ['id'],
    include: ['number'],
    where: 'number is null',
    online: true,
  });
  await dropIndex(knex, 'orders', 'ix_orders_unnumbered');
}

export async function down(knex: Knex): Promise<void> {
  await createIndex(knex, 'orders', {
    name: 'ix_orders_unnumbered',
    columns: ['id'],
    where: 'number is null',
    online: true,
  });
  await dropIndex(knex, 'orders', 'ix_orders_number_missing');
  await createIndex(knex, 'outbox', {
    name: 'ix_outbox_pending',
    columns: ['id'],
    where: 'published_at is null',
    online: true,
  });
  await dropIndex(knex, 'outbox', 'ix_outbox_waiting');
}

async function dropIndex(knex: Knex, table: string, name: string): Promise<void> {
  await knex.schema.alterTable(table, (changed) => {
    changed.dropIndex([], name);
  });
}
