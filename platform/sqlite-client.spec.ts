import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from './database.ts';

let folder: string;
let url: string;
let db: Knex;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-'));
  url = `sqlite:${join(folder, 'test.db')}`;
  db = openDatabase(url);
  await db.schema.createTable('counters', (table) => {
    table.integer('count').notNullable();
  });
  await db('counters').insert({ count: 0 });
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

describe('the SQLite client', () => {
  it('lets several connections of one process write in turn, and loses no update', async () => {
    const others = [openDatabase(url), openDatabase(url)];
    try {
      const add = async (handle: Knex): Promise<void> =>
        handle.transaction(async (trx) => {
          const [count] = await trx('counters').pluck<number[]>('count');
          await new Promise((resolve) => setImmediate(resolve));
          await trx('counters').update({ count: (count ?? 0) + 1 });
        });
      const handles = [db, ...others];
      await Promise.all(
        Array.from({ length: 60 }, (_unused, index) => add(handles[index % 3] ?? db)),
      );
      expect(await db('counters').pluck('count')).toEqual([60]);
    } finally {
      await Promise.all(others.map((other) => other.destroy()));
    }
  });

  it('waits where another process opens the new file at the same moment', async () => {
    const file = join(folder, 'new.db');
    const other = new Sqlite(file, { timeout: 0 });
    other.exec('begin; select * from sqlite_schema');
    const opening = vi.spyOn(Sqlite.prototype, 'pragma');
    const opened = openDatabase(`sqlite:${file}`);
    try {
      const answer = Promise.allSettled([opened.raw('pragma journal_mode')]);
      await vi.waitFor(() => {
        expect(opening).toHaveBeenCalled();
      });
      other.close();
      expect(await answer).toEqual([{ status: 'fulfilled', value: [{ journal_mode: 'wal' }] }]);
    } finally {
      opening.mockRestore();
      await opened.destroy();
    }
  });

  it('keeps the file that a crash leaves whole: write-ahead log, foreign keys', async () => {
    expect(await db.raw('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await db.raw('pragma foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await db.raw('pragma synchronous')).toEqual([{ synchronous: 1 }]);
  });

  it('sees a schema that changed under its prepared statements', async () => {
    const read = async (): Promise<unknown> => db('counters').first('*');
    await read();
    await db.schema.alterTable('counters', (table) => {
      table.integer('extra').nullable();
    });
    expect(await read()).toHaveProperty('extra', null);
  });

  it('runs nothing by itself that belongs to a transaction which a full disk has ended', async () => {
    const memory = openDatabase('sqlite::memory:');
    await memory.schema.createTable('texts', (table) => {
      table.text('text').notNullable();
    });
    await memory.raw('pragma max_page_count = 5');
    const outcomes: PromiseSettledResult<unknown>[] = [];
    const work = memory.transaction(async (trx) => {
      const inserts = ['x'.repeat(100_000), 'short'].map((text) => trx('texts').insert({ text }));
      outcomes.push(...(await Promise.allSettled(inserts)));
      throw new Error('what the caller is told');
    });
    await expect(work).rejects.toThrow('what the caller is told');
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'SQLITE_FULL' } },
      { status: 'rejected', reason: { name: 'TransactionAborted' } },
    ]);
    expect(await memory('texts').pluck('text')).toEqual([]);
    await memory.transaction((trx) => trx('texts').insert({ text: 'short' }));
    expect(await memory('texts').pluck('text')).toEqual(['short']);
    await memory.destroy();
  });

  it('leaves no transaction open whose commit failed', async () => {
    await db.schema.createTable('parents', (table) => {
      table.integer('id').primary();
    });
    await db.schema.createTable('children', (table) => {
      table.integer('parent').references('parents.id');
    });
    const work = db.transaction(async (trx) => {
      await trx.raw('pragma defer_foreign_keys = on');
      await trx('children').insert({ parent: 1 });
    });
    await expect(work).rejects.toThrow(/FOREIGN KEY/);
    await db.transaction((trx) => trx('counters').update({ count: 7 }));
    expect(await db('counters').pluck('count')).toEqual([7]);
    expect(await db('children').pluck('parent')).toEqual([]);
  });
});
