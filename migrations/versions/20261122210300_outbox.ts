import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';
import { createIndex } from '../step/create-index.ts';

/** Events that wait to be published, written in the transaction of the change that they tell of. */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('outbox', (table) => {
    table.specificType('id', type.ulid).notNullable();
    table.specificType('channels', type.text(1000)).notNullable();
    table.specificType('event', type.longText).notNullable();
    table.specificType('traceparent', type.code(64)).nullable();
    table.specificType('created_at', type.instant).notNullable();
    table.specificType('published_at', type.instant).nullable();
    table.specificType('abandoned_at', type.instant).nullable();
    table.integer('attempts').notNullable();
    table.specificType('last_error', type.text(1000)).nullable();
    primaryKey(table, 'pk_outbox', ['id']);
    table.check('attempts >= 0', [], 'ck_outbox_attempts');
  });
  // Only what waits is in it: the relay's poll stays a look at an almost empty index.
  await createIndex(knex, 'outbox', {
    name: 'ix_outbox_pending',
    columns: ['id'],
    where: 'published_at is null',
  });
  // Oldest first, for the retention; a row enters it once, when it is published.
  await createIndex(knex, 'outbox', {
    name: 'ix_outbox_published',
    columns: ['published_at'],
    include: ['abandoned_at'],
    where: 'published_at is not null',
  });

  // Leadership on databases without sp_getapplock.
  await knex.schema.createTable('leases', (table) => {
    table.specificType('name', type.code(64)).notNullable();
    table.specificType('owner', type.code(64)).notNullable();
    table.specificType('fence', type.bigint).notNullable();
    table.specificType('expires_at', type.instant).notNullable();
    primaryKey(table, 'pk_leases', ['name']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('leases');
  await knex.schema.dropTable('outbox');
}
