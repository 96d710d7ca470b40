import { MIGRATION_SETTINGS, migrateToLatest } from '@ordercast/migrations/migrate.ts';
import { describe } from 'vitest';
import { openDatabase } from '../platform/database.ts';
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
  const url = process.env['SQLSERVER_URL'];
  describe.runIf(url !== undefined)('on SQL Server', () => contract(() => emptyServer(url ?? '')));
}

async function emptyServer(url: string): Promise<TestDatabase> {
  const db = openDatabase(url);
  await db.migrate.rollback(MIGRATION_SETTINGS, true);
  await migrateToLatest(db);
  return { db, url, close: () => db.destroy() };
}
