import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from './testing/run-here.ts';
import { BOOKKEEPING_TABLES } from './history/history-tables.ts';
import { TABLES, fillEveryTable } from './testing/fill-every-table.ts';
import {
  DatabaseIsNewer,
  MIGRATION_SETTINGS,
  migrateToLatest,
  pendingMigrations,
} from './migrate.ts';

let folder: string;
let db: Knex;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-migrations-'));
  db = openDatabase(`sqlite:${join(folder, 'test.db')}`);
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

async function tables(): Promise<string[]> {
  const names = await db('sqlite_master')
    .where({ type: 'table' })
    .whereNot('name', 'like', 'sqlite_%')
    .whereNotIn('name', BOOKKEEPING_TABLES)
    .orderBy('name')
    .pluck<string[]>('name');
  return names;
}

describe('migrations', () => {
  it('go up, hold rows, go down to nothing and come up again, one by one', async () => {
    const names = (await readdir(MIGRATION_SETTINGS.directory)).sort();
    expect(await pendingMigrations(db)).toEqual(names);
    expect(await migrateToLatest(db)).toEqual(names);
    expect(await tables()).toEqual(TABLES.toSorted());
    await fillEveryTable(db);
    expect(await migrateToLatest(db)).toEqual([]);
    for (const table of TABLES) expect(await db(table).select()).toHaveLength(1);

    for (const name of names.toReversed()) {
      await db.migrate.down({ ...MIGRATION_SETTINGS, name });
    }
    expect(await tables()).toEqual([]);

    for (const name of names) await db.migrate.up({ ...MIGRATION_SETTINGS, name });
    expect(await tables()).toEqual(TABLES.toSorted());
    await fillEveryTable(db);
  });

  it.each([
    ['a total that is not price times quantity', 'order_lines', { total: 1 }],
    ['a quantity of nothing', 'order_lines', { quantity: 0, total: 0 }],
    ['an unknown status', 'orders', { status: 'lost' }],
    ['an order of nobody', 'orders', { customer_id: 'nobody' }],
    ['an unknown role', 'order_timeline', { by_role: 'root' }],
    ['a negative price', 'products', { unit_price: -1 }],
  ])('refuse %s', async (_what, table, change) => {
    await migrateToLatest(db);
    await fillEveryTable(db);
    await expect(db(table).update(change)).rejects.toThrow(/constraint/i);
  });

  it('refuse a database of a newer version and say so', async () => {
    await migrateToLatest(db);
    await db('knex_migrations').insert({
      name: '29990101000000_from_the_future.ts',
      batch: 2,
      migration_time: new Date(1_700_000_000_000),
    });
    await expect(migrateToLatest(db)).rejects.toThrow(DatabaseIsNewer);
    await expect(pendingMigrations(db)).rejects.toThrow(/29990101000000_from_the_future/);
  });

  /** Undoes the last step, so that one is pending. */
  async function withoutTheLast(): Promise<string> {
    await migrateToLatest(db);
    const last = (await readdir(MIGRATION_SETTINGS.directory)).sort().at(-1) ?? '';
    await db.migrate.down({ ...MIGRATION_SETTINGS, name: last });
    return last;
  }

  it('that were applied under another name are not run again, and hold nothing up', async () => {
    const last = await withoutTheLast();
    const [first = ''] = (await readdir(MIGRATION_SETTINGS.directory)).sort();
    const renameBack = () =>
      db('knex_migrations')
        .where({ name: first })
        .update({ name: `${first.slice(0, 14)}_as_it_was.ts` });
    await renameBack();
    expect(await pendingMigrations(db)).toEqual([last]);
    expect(await migrateToLatest(db)).toEqual([last]);
    expect(await db('knex_migrations').where({ name: first }).select()).toHaveLength(1);
    await renameBack();
    expect(await migrateToLatest(db)).toEqual([]);
  });

  /** What the history says of the last step, and the words with which `up` refuses then. */
  async function refusedAfter(row: Record<string, unknown>): Promise<string> {
    await migrateToLatest(db);
    const last = (await readdir(MIGRATION_SETTINGS.directory)).sort().at(-1) ?? '';
    const started_at = '2030-01-01T00:00:00.000Z';
    await db('migration_history').insert({
      version: last.slice(0, 14),
      name: last,
      started_at,
      ...row,
    });
    if (row['direction'] !== 'down') await db('knex_migrations').where({ name: last }).del();
    const { code, out } = await runHere(['up'], {
      directory: MIGRATION_SETTINGS.directory,
      url: `sqlite:${join(folder, 'test.db')}`,
    });
    expect(code).toBe(5);
    return out;
  }

  it.each([
    ['undone in part', { direction: 'down', outcome: 'failed', items_done: 1 }],
    [
      'applied in part by other statements',
      { direction: 'up', outcome: 'failed', items_done: 1, checksum: 'f' },
    ],
    ['forgotten', { direction: 'repair', outcome: 'done', items_done: 0 }],
  ])('refuse a database where a step is %s, in the words of the command', async (_what, row) => {
    const words = await refusedAfter(row);
    const before = await db('migration_history').select();
    await expect(migrateToLatest(db)).rejects.toThrow(words);
    await expect(pendingMigrations(db)).rejects.toThrow(words);
    expect(await db('migration_history').select()).toEqual(before);
  });

  it('whose files are gone do not make the database one of a newer version', async () => {
    const last = await withoutTheLast();
    await db('knex_migrations').insert({ name: '20261122210050_gone.ts', batch: 1 });
    expect(await migrateToLatest(db)).toEqual([last]);
  });

  it('are applied by a program also where later ones are', async () => {
    const last = await withoutTheLast();
    await migrateToLatest(db);
    const [, before = ''] = (await readdir(MIGRATION_SETTINGS.directory)).sort().reverse();
    await db.migrate.down({ ...MIGRATION_SETTINGS, name: before });
    expect(await migrateToLatest(db)).toEqual([before]);
    expect(await db('knex_migrations').pluck('name')).toContain(last);
  });

  it('run through the command line of knex, which then has nothing left to do', async () => {
    const root = join(import.meta.dirname, '..');
    const knexCli = join(root, 'node_modules/knex/bin/cli.js');
    const env = { ...process.env, DATABASE_URL: `sqlite:${join(folder, 'cli.db')}` };
    const run = () =>
      promisify(execFile)(process.execPath, [knexCli, 'migrate:latest'], { cwd: root, env });
    const { length } = await readdir(MIGRATION_SETTINGS.directory);
    expect((await run()).stdout).toContain(`Batch 1 run: ${length} migrations`);
    expect((await run()).stdout).toContain('Already up to date');
  });

  it('may be started by two processes at once', async () => {
    const other = openDatabase(`sqlite:${join(folder, 'test.db')}`);
    try {
      await Promise.allSettled([migrateToLatest(db), migrateToLatest(other)]);
      expect(await migrateToLatest(db)).toEqual([]);
      expect(await tables()).toEqual(TABLES.toSorted());
    } finally {
      await other.destroy();
    }
  });
});
