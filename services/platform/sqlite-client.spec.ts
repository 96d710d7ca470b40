import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { openDatabase } from './database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
  await database.db('leases').insert({ name: 'n', owner: 'o', fence: 0, expires_at: 0 });
});
afterEach(() => database.close());

describe('the SQLite client', () => {
  it('lets several connections of one process write in turn, and loses no update', async () => {
    const others = [openDatabase(database.url), openDatabase(database.url)];
    try {
      const add = async (db: typeof database.db): Promise<void> =>
        db.transaction(async (trx) => {
          const [fence] = await trx('leases').pluck<number[]>('fence');
          await new Promise((resolve) => setImmediate(resolve));
          await trx('leases').update({ fence: (fence ?? 0) + 1 });
        });
      const handles = [database.db, ...others];
      await Promise.all(
        Array.from({ length: 60 }, (_unused, index) => add(handles[index % 3] ?? database.db)),
      );
      expect(await database.db('leases').pluck('fence')).toEqual([60]);
    } finally {
      await Promise.all(others.map((db) => db.destroy()));
    }
  });

  it('keeps the file that a crash leaves whole: write-ahead log, foreign keys', async () => {
    expect(await database.db.raw('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await database.db.raw('pragma foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await database.db.raw('pragma synchronous')).toEqual([{ synchronous: 1 }]);
  });

  it('sees a schema that changed under its prepared statements', async () => {
    const read = async (): Promise<unknown> => database.db('leases').first('*');
    await read();
    await database.db.schema.alterTable('leases', (table) => {
      table.integer('extra').nullable();
    });
    expect(await read()).toHaveProperty('extra', null);
  });
});
