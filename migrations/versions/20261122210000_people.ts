import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';

/** Names and mail addresses of whoever has used the system, as Cognito gave them once. */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('people', (table) => {
    table.specificType('sub', type.code(64)).notNullable();
    table.specificType('name', type.text(200)).notNullable();
    table.specificType('email', type.text(320)).notNullable();
    table.specificType('name_key', type.searchKey(200)).notNullable();
    table.specificType('email_key', type.searchKey(320)).notNullable();
    table.specificType('created_at', type.instant).notNullable();
    primaryKey(table, 'pk_people', ['sub']);
    table.index(['name_key'], 'ix_people_name_key');
    table.index(['email_key'], 'ix_people_email_key');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('people');
}
