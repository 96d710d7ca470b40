import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import knexModule from 'knex';
import type { Knex } from 'knex';
import { z } from 'zod';
import { SqliteClient } from './sqlite-client.ts';

export class UnsupportedDatabase extends Error {
  override name = 'UnsupportedDatabase';
}

/** A DATABASE_URL taken apart: an embedded file, or a server. */
type DatabaseAddress = { kind: 'sqlite'; path: string } | { kind: 'mssql'; url: URL };

/**
 * Opens the database that a URL names: `sqlite:<path>` (created with its folder where it is
 * missing) or `mssql://user:password@host:1433/name`. Nothing is migrated. `destroy()` closes it.
 * Throws {@link UnsupportedDatabase}, whose text never holds the URL's password.
 */
export function openDatabase(url: string): Knex {
  return knexModule.knex(knexSettings(url));
}

/** The same as {@link openDatabase} for whoever needs knex's own settings, such as the knexfile. */
export function knexSettings(url: string): Knex.Config {
  const address = parseDatabaseUrl(url);
  switch (address.kind) {
    case 'sqlite': {
      const filename = resolve(address.path);
      mkdirSync(dirname(filename), { recursive: true });
      return {
        client: SqliteClient,
        connection: { filename },
        useNullAsDefault: true,
        // One connection: statements run on this thread anyway, and transactions queue fairly.
        pool: { min: 1, max: 1 },
      };
    }
    case 'mssql':
      throw new UnsupportedDatabase(
        `SQL Server (${address.url.host}) is not supported yet: set DATABASE_URL to sqlite:<path>.`,
      );
  }
}

function parseDatabaseUrl(url: string): DatabaseAddress {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    return { kind: 'sqlite', path: url.slice('sqlite:'.length) };
  }
  if (url.startsWith('mssql://')) {
    if (!URL.canParse(url)) throw new UnsupportedDatabase('DATABASE_URL is not a valid mssql URL.');
    return { kind: 'mssql', url: new URL(url) };
  }
  throw new UnsupportedDatabase(
    'DATABASE_URL must be sqlite:<path> or mssql://user:password@host:1433/name.',
  );
}

const dialectSchema = z.object({ dialect: z.string() });

/** Which SQL a handle speaks, for the few places where knex does not hide the difference. */
export function dialectOf(db: Knex): 'sqlite' | 'mssql' {
  return dialectSchema.parse(db.client).dialect === 'mssql' ? 'mssql' : 'sqlite';
}
