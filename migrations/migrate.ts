import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { z } from 'zod';

/** knex's own settings for the files of `versions/`; the knexfile uses the same. */
export const MIGRATION_SETTINGS = {
  directory: join(import.meta.dirname, 'versions'),
  loadExtensions: ['.ts'],
} satisfies Knex.MigratorConfig;

/** The database holds migrations that this code does not have: it belongs to a newer version. */
export class DatabaseIsNewer extends Error {
  override name = 'DatabaseIsNewer';
  readonly unknownMigrations: readonly string[];

  constructor(unknownMigrations: readonly string[]) {
    super(
      'The database belongs to a newer version of Ordercast: it holds migrations that this ' +
        `version does not know (${unknownMigrations.join(', ')}). Run that version, or use ` +
        'another database.',
    );
    this.unknownMigrations = unknownMigrations;
  }
}

/**
 * Applies every pending migration, all in one transaction, and returns their names in order
 * (none where the schema is current). Throws {@link DatabaseIsNewer} before it changes anything.
 */
export async function migrateToLatest(db: Knex): Promise<string[]> {
  await pendingMigrations(db);
  const [, applied] = latestSchema.parse(await db.migrate.latest(MIGRATION_SETTINGS));
  return applied;
}

const listSchema = z.tuple([
  z.array(z.object({ name: z.string() })),
  z.array(z.object({ file: z.string() })),
]);
const latestSchema = z.tuple([z.number(), z.array(z.string())]);

/** Names of the migrations not yet applied, oldest first. Throws {@link DatabaseIsNewer}. */
export async function pendingMigrations(db: Knex): Promise<string[]> {
  const [completed, pending] = listSchema.parse(
    await db.migrate.list({ ...MIGRATION_SETTINGS, disableMigrationsListValidation: true }),
  );
  const known = new Set(await readdir(MIGRATION_SETTINGS.directory));
  const unknown = completed.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new DatabaseIsNewer(unknown);
  return pending.map(({ file }) => file);
}
