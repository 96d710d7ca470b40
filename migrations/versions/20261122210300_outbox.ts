import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';

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
    // Only what waits is in it: the relay's poll stays a look at an almost empty index.
    table.index(['id'], 'ix_outbox_pending', { predicate: knex.whereNull('published_at') });
    table.index(['published_at'], 'ix_outbox_published');
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
