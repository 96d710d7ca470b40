import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';

/** What admins told everybody. */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('announcements', (table) => {
    table.specificType('id', type.ulid).notNullable();
    table.specificType('text', type.text(2000)).notNullable();
    table.specificType('by_sub', type.code(64)).notNullable();
    table.specificType('at', type.instant).notNullable();
    primaryKey(table, 'pk_announcements', ['id']);
    table.foreign('by_sub', 'fk_announcements_by').references('people.sub');
    table.index(['by_sub'], 'ix_announcements_by');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('announcements');
}
