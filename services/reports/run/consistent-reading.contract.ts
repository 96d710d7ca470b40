import { openDatabase } from '@ordercast/platform/database.ts';
import { inSnapshot } from '@ordercast/platform/snapshot.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';

/** What a consistent reading must be on every database. */
export function consistentReadingContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const write = (sub: string) =>
    database.db.transaction((trx) =>
      trx('people').insert({
        ...{ sub, name: sub, email: `${sub}@example.com`, name_key: sub, email_key: sub },
        created_at: new Date(0),
      }),
    );

  describe('a consistent reading', () => {
    it('keeps nobody from writing, and does not see what is written meanwhile', async () => {
      await write('ada');
      const order: string[] = [];
      const counts = await inSnapshot(
        () => openDatabase(database.url),
        async (db) => {
          const first = await db('people').pluck<string[]>('sub');
          // It is committed while the reading is open: a writer that waited for it would wait for ever.
          await write('bob');
          order.push('written');
          const second = await db('people').pluck<string[]>('sub');
          order.push('read');
          return [first, second];
        },
      );
      expect(counts).toEqual([['ada'], ['ada']]);
      expect(order).toEqual(['written', 'read']);
      expect(await database.db('people').orderBy('sub').pluck('sub')).toEqual(['ada', 'bob']);
    });

    it('closes its connection where it fails', async () => {
      const db = openDatabase(database.url);
      const failing = inSnapshot(
        () => db,
        () => Promise.reject(new Error('no')),
      );
      await expect(failing).rejects.toThrow('no');
      await expect(db('people').pluck('sub')).rejects.toThrow();
    });
  });
}
