import { dirname, resolve } from 'node:path';
import knexModule from 'knex';
import type { Knex } from 'knex';
import { z } from 'zod';
import { parseDatabaseUrl } from './database-url.ts';
import { makeFolder } from './make-folder.ts';
import { ServerLogin } from './sql-server/server-login.ts';
import { SqlServerClient } from './sql-server/sql-server-client.ts';
import { SqlServerEndpoint } from './sql-server/sql-server-endpoint.ts';
import type { SqlServerSettings } from './sql-server/sql-server-endpoint.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, SqliteClient } from './sqlite-client.ts';
import type { SqliteWaiting } from './sqlite-client.ts';

/** What a program asks of its connections beside what the address says. */
export interface ConnectionOptions extends Partial<
  Pick<SqlServerSettings, 'appName' | 'database' | 'encrypt' | 'lockTimeoutMs' | 'requestTimeoutMs'>
> {
  /** Connections at most; SQLite always has one. */
  poolMax?: number;
  /** By what a wait for a busy SQLite file is measured and spent; the machine's if left out. */
  pacing?: Pick<SqliteWaiting, 'clock' | 'wait'>;
}

/**
 * Opens the database that a URL names: `sqlite:<path>` (created with its folder where it is
 * missing; `:memory:` is gone with its handle) or `mssql://user:password@host:1433/name`. Nothing is migrated, and a server is not
 * spoken to yet. `destroy()` waits for statements under way and closes.
 * Throws `InvalidDatabaseUrl`, whose text never holds the URL's password.
 */
export function openDatabase(url: string, options?: ConnectionOptions): Knex {
  return knexModule.knex(knexSettings(url, options));
}

/** The same as {@link openDatabase} for whoever needs knex's own settings, such as the knexfile. */
export function knexSettings(url: string, options: ConnectionOptions = {}): Knex.Config {
  const address = parseDatabaseUrl(url);
  if (address.kind === 'sqlite') return sqliteSettings(address.path, options);
  return sqlServerKnexSettings(address, new ServerLogin(address.credentials), options);
}

/** Settings of knex for a SQL Server; handles that share a login back off together where it is refused. */
export function sqlServerKnexSettings(
  address: { settings: SqlServerSettings; poolMax: number },
  login: ServerLogin,
  { poolMax = address.poolMax, ...options }: ConnectionOptions = {},
): Knex.Config {
  const endpoint = new SqlServerEndpoint({ ...address.settings, ...options }, login);
  const { host, database } = endpoint.settings;
  const connection = { server: host, database, endpoint };
  return {
    client: SqlServerClient,
    connection,
    pool: { min: 0, max: poolMax },
    ...QUIET,
  };
}

/** How long the pool waits, beside the wait for a busy file, until one is open, and until its connection is free. */
const OPENING_MS = 30_000;
const ACQUIRE_MS = 60_000;

function sqliteSettings(
  path: string,
  { lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS, pacing }: ConnectionOptions,
): Knex.Config {
  const filename = path === ':memory:' ? path : resolve(path);
  if (path !== ':memory:') makeFolder(dirname(filename));
  const connection = { filename, waiting: { lockTimeoutMs, ...pacing } };
  return {
    client: SqliteClient,
    connection,
    useNullAsDefault: true,
    // One connection: statements run on this thread anyway, and transactions queue fairly.
    pool: {
      min: 1,
      max: 1,
      createTimeoutMillis: lockTimeoutMs + OPENING_MS,
      acquireTimeoutMillis: lockTimeoutMs + ACQUIRE_MS,
    },
    ...QUIET,
  };
}

const QUIET = {
  /** An error's text is the statement without its values: they are people's, and texts are logged. */
  compileSqlOnError: false,
  /** What knex would print is thrown as well. */
  log: { warn: () => undefined, error: () => undefined, deprecate: () => undefined },
};

const dialectSchema = z.object({ dialect: z.string() });

/** Which SQL a handle speaks, for the few places where knex does not hide the difference. */
export function dialectOf(db: Knex): 'sqlite' | 'mssql' {
  return dialectSchema.parse(db.client).dialect === 'mssql' ? 'mssql' : 'sqlite';
}
