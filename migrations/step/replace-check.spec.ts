import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceCheck } from './replace-check.ts';

let db: Knex;
beforeEach(async () => {
  db = openDatabase('sqlite::memory:');
  await db.schema.createTable('things', (table) => {
    table.integer('id').notNullable().primary();
    table.string('state').notNullable();
    table.integer('size').nullable();
    table.unique(['size'], { indexName: 'uq_things_size' });
    table.index(['state', 'id'], 'ix_things_state');
    table.check("state in ('a(', 'it''s')", [], 'ck_things_state');
    table.check('size > 0', [], 'ck_things_size');
  });
  await db('things').insert([
    { id: 1, state: 'a(', size: 5 },
    { id: 2, state: "it's", size: null },
  ]);
});
afterEach(() => db.destroy());

describe('a check constraint of SQLite that is replaced', () => {
  it('takes what the new one takes, and every row and index is still there', async () => {
    const definitions = () =>
      db('sqlite_master').where({ tbl_name: 'things' }).orderBy('name').pluck('name');
    const before = await definitions();
    await replaceCheck(db, 'things', {
      name: 'ck_things_state',
      predicate: "state in ('a(', 'it''s', 'new')",
    });
    await db('things').insert({ id: 3, state: 'new', size: 6 });
    expect(await db('things').orderBy('id').pluck('id')).toEqual([1, 2, 3]);
    expect(await definitions()).toEqual(before);
  });

  it.each([
    ['the new one', { id: 4, state: 'old', size: 7 }, /ck_things_state/],
    ['other checks', { id: 4, state: 'new', size: 0 }, /ck_things_size/],
    ['the primary key', { id: 1, state: 'new', size: 7 }, /UNIQUE/],
    ['unique indexes', { id: 4, state: 'new', size: 5 }, /UNIQUE/],
  ])('leaves %s in force', async (_what, row, refusal) => {
    await replaceCheck(db, 'things', { name: 'ck_things_state', predicate: "state <> 'old'" });
    await expect(db('things').insert(row)).rejects.toThrow(refusal);
  });

  it('is refused where there is none of that name, and nothing has changed', async () => {
    const replaced = replaceCheck(db, 'things', { name: 'ck_other', predicate: '1 = 1' });
    await expect(replaced).rejects.toThrow('The table things has no constraint ck_other.');
    const part = replaceCheck(db, 'things', { name: 'ck_things', predicate: '1 = 1' });
    await expect(part).rejects.toThrow('has no constraint ck_things.');
    expect(await db('things').pluck('id')).toHaveLength(2);
  });
});
