import type { Knex } from 'knex';
import { columnTypes } from '../column-type.ts';
import { primaryKey } from '../primary-key.ts';
import { createIndex } from '../step/create-index.ts';

/**
 * What a person is found by, one row a word of their name. `people.words_version` says by which
 * rules the words were made: null where a program of the version before wrote the person, and T-SQL
 * cannot make them. So programs do, in their housekeeping.
 */
export async function up(knex: Knex): Promise<void> {
  const type = columnTypes(knex);
  await knex.schema.createTable('person_words', (table) => {
    table.specificType('word', type.searchKey(320)).notNullable();
    table.specificType('sub', type.code(64)).notNullable();
    primaryKey(table, 'pk_person_words', ['word', 'sub']);
    table.foreign('sub', 'fk_person_words_person').references('people.sub');
    table.index(['sub'], 'ix_person_words_sub');
  });
  await knex.schema.alterTable('people', (table) => {
    table.integer('words_version').nullable();
  });
  await createIndex(knex, 'people', {
    name: 'ix_people_words_version',
    columns: ['words_version'],
    online: true,
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('people', (table) => {
    table.dropIndex([], 'ix_people_words_version');
  });
  await knex.schema.raw('alter table people drop column words_version');
  await knex.schema.dropTable('person_words');
}
