import { migrateToLatest } from '@ordercast/migrations/migrate.ts';
import { TABLES } from '@ordercast/migrations/testing/fill-every-table.ts';
import { describe } from 'vitest';
import { openDatabase } from '../platform/database.ts';
import { openTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** Opens a migrated, empty database. */
export type OpenTestDatabase = () => Promise<TestDatabase>;

/** A SQL Server database for tests alone, which they empty; undefined: none is named. */
export const SQLSERVER_URL = process.env['SQLSERVER_URL'];

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

/** Spec files run side by side, and there is one server: a lock of its own lets one in at a time. */
export async function takeTurn(url: string): Promise<() => Promise<void>> {
  const session = openDatabase(url, { poolMax: 1, requestTimeoutMs: 0 });
  await session.raw(
    "exec sp_getapplock @Resource = 'ordercast-tests', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = -1",
  );
  return () => session.destroy();
}
