import { resolve } from 'node:path';
import knexModule from 'knex';
import type { Knex } from 'knex';
import { z } from 'zod';
import { InvalidConfig } from './config.ts';
import { openDatabase, sqlServerKnexSettings } from './database.ts';
import type { ConnectionOptions } from './database.ts';
import {
  DEFAULT_POOL,
  DEFAULT_PORT,
  InvalidDatabaseUrl,
  insecurityOf,
  parseDatabaseUrl,
  sqlServerSettings,
} from './database-url.ts';
import { createSecretStore } from './secret-store.ts';
import type { SecretStore } from './secret-store.ts';
import { SecretUnavailable } from './secret-unavailable.ts';
import { ServerLogin } from './sql-server/server-login.ts';
import type { ServerLoginOptions } from './sql-server/server-login.ts';
import type { SqlServerSettings } from './sql-server/sql-server-endpoint.ts';

/** The environment variables that name a database; spread into a program's own settings. */
export const DATABASE_VARIABLES = {
  DATABASE_URL: z.string().optional(),
  /** Name or ARN of a secret of RDS's shape, instead of DATABASE_URL. */
  DATABASE_SECRET_ID: z.string().optional(),
  /** PEM file of the authorities that the secret's server is checked against. */
  DATABASE_CA_FILE: z.string().optional(),
  AWS_REGION: z.string().default('us-east-1'),
};

type DatabaseVariables = z.infer<z.ZodObject<typeof DATABASE_VARIABLES>>;

/** What RDS keeps in Secrets Manager. A secret that RDS manages itself lacks `dbname`. */
const rdsSecretSchema = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535).default(DEFAULT_PORT),
  username: z.string().min(1),
  password: z.string().min(1),
  dbname: z.string().min(1).default('ordercast'),
});

export interface ConfiguredDatabase {
  /** A handle on it; each has connections of its own, and its owner destroys it. */
  open: (options?: ConnectionOptions) => Knex;
  /** Name of the database on its server; undefined for an embedded one. */
  serverDatabase: string | undefined;
  /** Who logs in to the server, as it was configured first; undefined for an embedded one. */
  serverUser: string | undefined;
  /** Path of the file of an embedded database; undefined for a server, and in memory. */
  embeddedFile: string | undefined;
  /** Frees what names and unlocks the database; open handles are not touched. */
  close: () => void;
}

/** How a refused login's pauses are measured and spread. */
type Pacing = Pick<ServerLoginOptions, 'clock' | 'random'>;

/**
 * The database that a program's settings name, by one URL or by a secret. A secret is read once
 * here, so that a wrong one stops the start, and again when the server refuses its password. All handles share one login.
 * `warn` is told what is not as safe as it should be. Throws `InvalidConfig`, `InvalidDatabaseUrl` or `SecretUnavailable`; no text holds a password.
 */
export async function configuredDatabase(
  variables: DatabaseVariables,
  warn: (text: string) => void,
  pacing: Pacing = {},
): Promise<ConfiguredDatabase> {
  const { DATABASE_URL: url, DATABASE_SECRET_ID: secretId } = variables;
  if ((url === undefined) === (secretId === undefined)) {
    throw new InvalidConfig(
      'Set either DATABASE_URL or DATABASE_SECRET_ID: one of them names the database.',
    );
  }
  if (url === undefined) {
    return bySecret(secretId ?? '', variables, createSecretStore(variables.AWS_REGION), pacing);
  }
  const address = parseDatabaseUrl(url);
  const close = () => undefined;
  if (address.kind === 'sqlite') {
    return {
      open: (options) => openDatabase(url, options),
      serverDatabase: undefined,
      serverUser: undefined,
      embeddedFile: embeddedFileOf(url),
      close,
    };
  }
  const insecurity = insecurityOf(address.settings);
  if (insecurity !== undefined) warn(`DATABASE_URL: ${insecurity}`);
  return onServer(
    { ...address, user: address.credentials.user },
    new ServerLogin(address.credentials, pacing),
    close,
  );
}

/** Path of the file that a URL names; undefined for a server, in memory, and for what is no such URL. */
export function embeddedFileOf(url: string): string | undefined {
  try {
    const address = parseDatabaseUrl(url);
    const isFile = address.kind === 'sqlite' && address.path !== ':memory:';
    return isFile ? resolve(address.path) : undefined;
  } catch (error) {
    if (error instanceof InvalidDatabaseUrl) return undefined;
    throw error;
  }
}

async function bySecret(
  secretId: string,
  variables: DatabaseVariables,
  secrets: SecretStore,
  pacing: Pacing,
): Promise<ConfiguredDatabase> {
  const read = async () => parseRdsSecret(secretId, await secrets.read(secretId));
  const credentialsOf = ({ username, password }: z.infer<typeof rdsSecretSchema>) => ({
    user: username,
    password,
  });
  const first = await read();
  const ca = variables.DATABASE_CA_FILE;
  const settings = sqlServerSettings({
    host: first.host,
    port: first.port,
    database: first.dbname,
    ...(ca !== undefined && { ca }),
  });
  const login = new ServerLogin(credentialsOf(first), {
    ...pacing,
    fetch: async () => credentialsOf(await read()),
  });
  return onServer({ settings, poolMax: DEFAULT_POOL, user: first.username }, login, () =>
    secrets.close(),
  );
}

function onServer(
  address: { settings: SqlServerSettings; poolMax: number; user: string },
  login: ServerLogin,
  close: () => void,
): ConfiguredDatabase {
  return {
    open: (options) => knexModule.knex(sqlServerKnexSettings(address, login, options)),
    serverDatabase: address.settings.database,
    serverUser: address.user,
    embeddedFile: undefined,
    close,
  };
}

function parseRdsSecret(secretId: string, text: string): z.infer<typeof rdsSecretSchema> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const result = rdsSecretSchema.safeParse(content);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map(({ path }) => path.join('.') || 'JSON'))];
  throw new SecretUnavailable(
    `The secret ${secretId} is not of RDS's shape {host, port, username, password, dbname}: ` +
      `missing or wrong are ${fields.join(', ')}.`,
  );
}
