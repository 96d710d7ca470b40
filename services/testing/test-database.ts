import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateToLatest } from '@ordercast/migrations/migrate.ts';
import type { Knex } from 'knex';
import { openDatabase } from '@ordercast/platform/database.ts';

export interface TestDatabase {
  db: Knex;
  /** The same database for another process. */
  url: string;
  close: () => Promise<void>;
}

/** A migrated, empty database in a file of its own. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'ordercast-'));
  const url = `sqlite:${join(folder, 'test.db')}`;
  const db = openDatabase(url);
  await migrateToLatest(db);
  return {
    db,
    url,
    close: async () => {
      await db.destroy();
      await rm(folder, { recursive: true });
    },
  };
}
