import { migrateToLatest, pendingMigrations } from '@ordercast/migrations/migrate.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { seedDemoData } from './demo-data.ts';

interface LocalDatabaseOptions {
  /** `sqlite:<path>` or `mssql://…`. */
  url: string;
  /** Run pending migrations of a server too. */
  migrate: boolean;
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
}

/** A server's schema is behind, and nobody said that it may be changed. */
export class PendingMigrations extends Error {
  override name = 'PendingMigrations';
}

/** Opens the database with its schema current and, the first time, with demo data. */
export async function openLocalDatabase(options: LocalDatabaseOptions): Promise<Knex> {
  const database = openDatabase(options.url);
  try {
    await bringUpToDate(database, options);
    await seedDemoData(database, options);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

async function bringUpToDate(database: Knex, { url, migrate }: LocalDatabaseOptions) {
  if (!url.startsWith('sqlite:') && !migrate) {
    const pending = await pendingMigrations(database);
    if (pending.length === 0) return;
    throw new PendingMigrations(
      `${pending.length} migrations are pending on the database that DATABASE_URL names. Read them ` +
        'with "npm run migrate -- plan" and apply them with "npm run migrate -- up", or start with ' +
        'npm start -- --migrate',
    );
  }
  await migrateToLatest(database);
}
