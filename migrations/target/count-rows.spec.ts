import { openDatabase } from '@ordercast/platform/database.ts';
import { expect, it } from 'vitest';
import { startMigratingServer } from '../testing/migrating-server.ts';
import { countRows } from './count-rows.ts';

it('counts the rows of a table with a dot in its name, not those of another schema', async () => {
  const db = openDatabase('sqlite::memory:');
  await db.raw('create table "a.b" (id int)');
  await db.raw('insert into "a.b" (id) values (1), (2)');
  expect(await countRows(db, '[a.b]')).toBe(2);
  await db.destroy();
});

it('counts the values of a column, and none of one that is not there', async () => {
  const db = openDatabase('sqlite::memory:');
  await db.raw('create table t (id int, "odd`name" int)');
  await db.raw('insert into t values (1, null), (2, 7), (3, null)');
  expect(await countRows(db, 't', 'odd`name')).toBe(1);
  expect(await countRows(db, 't', 'gone')).toBeUndefined();
  await db.destroy();
});

it('asks a server for the table by its schema', async () => {
  const asked: string[] = [];
  const server = await startMigratingServer((sql) => {
    asked.push(sql);
    return { rows: [{ rows: 3 }] };
  });
  const db = openDatabase(server.url);
  for (const table of ['orders', '[a.b]', 'audit.log']) expect(await countRows(db, table)).toBe(3);
  await countRows(db, 'orders', 'a]b');
  await db.destroy();
  await server.close();
  expect(asked.filter((sql) => sql.includes('count_big'))).toEqual([
    'select count_big(*) as [rows] from dbo.[orders]',
    'select count_big(*) as [rows] from dbo.[a.b]',
    'select count_big(*) as [rows] from [audit].[log]',
    'select count_big([a]]b]) as [rows] from dbo.[orders]',
  ]);
});
