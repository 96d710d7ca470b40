import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';
import { createIndex } from '../step/create-index.ts';

const KEY = ['subject', 'route', 'key_hash'];

/**
 * Answers to requests that carried an Idempotency-Key. The key is kept as its SHA-256: equality
 * of the raw text would, under a server's collation, ignore case or trailing blanks.
 */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  const isServer = dialectOf(knex) === 'mssql';
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
    if (!isServer) primaryKey(table, 'pk_idempotency_keys', KEY);
  });
  // Keys are random, so rows lie by their age: new ones are appended, old ones go from the front.
  await createIndex(knex, 'idempotency_keys', {
    name: 'ix_idempotency_keys_expires',
    columns: ['expires_at'],
    clustered: true,
  });
  if (isServer) {
    await knex.schema.raw(
      `ALTER TABLE [idempotency_keys] ADD CONSTRAINT [pk_idempotency_keys] PRIMARY KEY NONCLUSTERED ([${KEY.join('], [')}])`,
    );
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('idempotency_keys');
}
