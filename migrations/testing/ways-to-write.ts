import type { StepText } from './step-files.ts';

const TABLE = `await knex.schema.createTable('notes', (table) => {
  table.integer('id').notNullable();
  table.text('note');
});`;
const ROW = "await knex.schema.raw('INSERT INTO notes (id) VALUES (1)');";
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const js = (text: string) => JSON.stringify(text);

/** All the ways in which a step brings a text into the one row of a table `notes`. */
export const WAYS_TO_WRITE: readonly (readonly [string, (text: string) => StepText])[] = [
  [
    'a raw statement',
    (text) => ({
      up: `${TABLE} await knex.schema.raw(${js(`INSERT INTO notes (id, note) VALUES (1, ${quoted(text)})`)});`,
    }),
  ],
  [
    'a raw statement with values',
    (text) => ({
      up: `${TABLE} await knex.raw('INSERT INTO ?? (id, note) VALUES (?, ?)', ['notes', 1, ${js(text)}]);`,
    }),
  ],
  [
    'a raw statement with named values',
    (text) => ({
      up: `${TABLE} await knex.raw('INSERT INTO :table: (id, note) VALUES (:id, :note)', { table: 'notes', id: 1, note: ${js(text)} });`,
    }),
  ],
  [
    'an insert',
    (text) => ({ up: `${TABLE} await knex('notes').insert({ id: 1, note: ${js(text)} });` }),
  ],
  [
    'a raw expression beside a value',
    (text) => ({
      up: `${TABLE} ${ROW} await knex('notes').where('id', 1).update({ note: knex.raw(${js(quoted(text))}) });`,
    }),
  ],
  [
    'a default',
    (text) => ({
      up: `await knex.schema.createTable('notes', (table) => {
             table.integer('id').notNullable();
             table.string('note').defaultTo(${js(text)});
           }); ${ROW}`,
    }),
  ],
  [
    'a raw default',
    (text) => ({
      up: `await knex.schema.createTable('notes', (table) => {
             table.integer('id').notNullable();
             table.string('note').defaultTo(knex.raw(${js(quoted(text))}));
           }); ${ROW}`,
    }),
  ],
  [
    'a check',
    (text) => ({
      up: `await knex.schema.createTable('notes', (table) => {
             table.integer('id').notNullable();
             table.string('note').checkIn([${js(text)}]);
           });
           await knex('notes').insert({ id: 1, note: ${js(text)} });`,
    }),
  ],
  [
    'the set of a backfill',
    (text) => ({
      up: `${TABLE} ${ROW} await backfill(knex, { table: 'notes', key: 'id', keyType: 'int', set: ${js(`note = ${quoted(text)}`)}, batch: 5 });`,
      more: 'export const config = { transaction: false };',
    }),
  ],
  [
    'the where of a backfill',
    (text) => ({
      up: `${TABLE} await knex('notes').insert({ id: 1, note: ${js(`${text}!`)} });
           await backfill(knex, { table: 'notes', key: 'id', keyType: 'int', set: ${js(`note = ${quoted(text)}`)}, where: ${js(`note = ${quoted(`${text}!`)}`)}, batch: 5 });`,
      more: 'export const config = { transaction: false };',
    }),
  ],
];
