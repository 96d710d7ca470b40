import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ConfiguredDatabase } from '@ordercast/platform/configured-database.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import type { MigrateArguments } from './arguments.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/**
 * How a command opens its database. SQLite would make a new file of a mistyped path: only `up` may,
 * and its dry run sees an empty database instead.
 */
export function handleFor(
  { command, dryRun }: Pick<MigrateArguments, 'command' | 'dryRun'>,
  database: ConfiguredDatabase,
): ConfiguredDatabase['open'] {
  const file = database.embeddedFile;
  if (file === undefined || existsSync(file)) return database.open;
  if (command !== 'up') {
    throw new Refused(
      EXIT.unreachable,
      `There is no file ${file}, so there is nothing for "${command}": check the path in DATABASE_URL. ` +
        'Only "up" makes a new database.',
    );
  }
  return dryRun ? () => openDatabase('sqlite::memory:') : database.open;
}

/** What a person calls it: its name on the server, or its file's. */
export function databaseNameOf({ serverDatabase, embeddedFile }: ConfiguredDatabase): string {
  return serverDatabase ?? (embeddedFile === undefined ? ':memory:' : basename(embeddedFile));
}
