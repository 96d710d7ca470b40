import type { Knex } from 'knex';
import { expect, it } from 'vitest';
import { plannedReads } from './planned-reads.ts';
import { operation } from './store-operation.ts';

it('tells a scan of a table, of an index, and a search from each other', async () => {
  const asking = (ask: (db: Knex) => Knex.QueryBuilder) => async (db: Knex) => {
    await ask(db);
  };
  const reads = await plannedReads([
    operation(
      'table',
      asking((db) => db('orders').where('total', 5).select('note')),
      [],
    ),
    operation(
      'index',
      asking((db) => db('orders').orderBy('id').select('note')),
      [],
    ),
    operation(
      'search',
      asking((db) => db('orders').where('status', 'placed').select('note')),
      [],
    ),
  ]);
  expect(Object.fromEntries(reads)).toEqual({
    table: [{ table: 'orders', isScan: true, index: undefined }],
    index: [{ table: 'orders', isScan: true, index: 'sqlite_autoindex_orders_1' }],
    search: [{ table: 'orders', isScan: false, index: 'ix_orders_status' }],
  });
});
