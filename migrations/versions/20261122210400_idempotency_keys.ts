import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';

/**
 * Answers to requests that carried an Idempotency-Key. The key is kept as its SHA-256: equality
 * of the raw text would, under a server's collation, ignore case or trailing blanks.
 */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('idempotency_keys', (table) => {
    table.specificType('subject', type.code(64)).notNullable();
    table.specificType('route', type.code(100)).notNullable();
    table.specificType('key_hash', type.code(64)).notNullable();
    table.specificType('request_hash', type.code(64)).notNullable();
    table.integer('status').notNullable();
    table.specificType('location', type.code(200)).nullable();
    table.specificType('etag', type.code(40)).nullable();
    table.specificType('body', type.longText).notNullable();
    table.specificType('created_at', type.instant).notNullable();
    table.specificType('expires_at', type.instant).notNullable();
    primaryKey(table, 'pk_idempotency_keys', ['subject', 'route', 'key_hash']);
    table.index(['expires_at'], 'ix_idempotency_keys_expires');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('idempotency_keys');
}
