import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MIGRATION_SETTINGS } from './migrate.ts';

const STEP = '20261127161700_order_number.ts';

let folder: string;
let db: Knex;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-order-number-'));
  db = openDatabase(`sqlite:${join(folder, 'test.db')}`);
  const names = (await readdir(MIGRATION_SETTINGS.directory)).sort();
  for (const name of names.slice(0, names.indexOf(STEP))) {
    await db.migrate.up({ ...MIGRATION_SETTINGS, name });
  }
  const at = new Date(1_700_000_000_000);
  const ada = { sub: 'ada', name: 'Ada', email: 'a@x', name_key: 'ada', email_key: 'a@x' };
  await db('people').insert({ ...ada, created_at: at });
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

/** As a program of the version before writes one: it knows of no number. */
async function insertOrder(id: string): Promise<void> {
  const at = new Date(1_700_000_000_000);
  await db('orders').insert({
    id,
    customer_id: 'ada',
    status: 'placed',
    version: 1,
    currency: 'EUR',
    total: 900,
    line_count: 1,
    created_at: at,
    updated_at: at,
  });
}

const numbers = () => db('orders').orderBy('id').pluck<(string | null)[]>('number');

it('numbers the orders that are there; of those that end alike only the oldest', async () => {
  await insertOrder('01HF7YAT0000000000SAME0000');
  await insertOrder('01HF7YAT0010000000SAME0000');
  await insertOrder('01HF7YAT0020000000THER0000');
  await insertOrder('01HF7YAT0030000000SAME0000');
  await db.migrate.up({ ...MIGRATION_SETTINGS, name: STEP });
  expect(await numbers()).toEqual(['SAME0000', null, 'THER0000', null]);

  await insertOrder('01HF7YAT0040000000THER0000');
  await insertOrder('01HF7YAT0050000000SAME0000');
  expect((await numbers()).slice(4)).toEqual([null, null]);
  const twice = db('orders').where('id', 'like', '01HF7YAT005%').update({ number: 'SAME0000' });
  await expect(twice).rejects.toThrow(/unique/i);

  await db.migrate.down({ ...MIGRATION_SETTINGS, name: STEP });
  await db.migrate.up({ ...MIGRATION_SETTINGS, name: STEP });
  expect(await numbers()).toEqual(['SAME0000', null, 'THER0000', null, null, null]);
});
