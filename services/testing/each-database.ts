import { migrateToLatest } from '@ordercast/migrations/migrate.ts';
import { TABLES } from '@ordercast/migrations/testing/fill-every-table.ts';
import { describe } from 'vitest';
import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import { openTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** Opens a migrated, empty database. */
export type OpenTestDatabase = () => Promise<TestDatabase>;

/**
 * Runs a contract on SQLite, and on the SQL Server that `SQLSERVER_URL` names, if it names one:
 * a database for tests alone, which is emptied before each.
 */
export function onEachDatabase(contract: (open: OpenTestDatabase) => void): void {
  describe('on SQLite', () => contract(openTestDatabase));
  describe.runIf(SQLSERVER_URL !== undefined)('on SQL Server', () => contract(openTestServer));
}

/** The named server, emptied; until it is closed no other test uses it. */
export async function openTestServer(): Promise<TestDatabase> {
  const url = SQLSERVER_URL ?? '';
  const release = await takeTurn(url);
  const db = openDatabase(url);
  await migrateToLatest(db);
  for (const table of TABLES) await db(table).del();
  return {
    db,
    url,
    close: async () => {
      await db.destroy();
      await release();
    },
  };
}
