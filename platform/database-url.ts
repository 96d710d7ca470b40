import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Credentials } from './sql-server/server-login.ts';
import type { SqlServerSettings } from './sql-server/sql-server-endpoint.ts';

/** The text never holds a password. */
export class InvalidDatabaseUrl extends Error {
  override name = 'InvalidDatabaseUrl';
}

/** A DATABASE_URL taken apart: an embedded file, or a server and who we are to it. */
export type DatabaseAddress =
  | { kind: 'sqlite'; path: string }
  | {
      kind: 'mssql';
      settings: SqlServerSettings;
      credentials: Credentials;
      /** Connections at most. */
      poolMax: number;
    };

/** The forms, for whoever wrote another. */
const FORMS =
  'DATABASE_URL must be sqlite:<path> or mssql://user:password@host:1433/name (special characters ' +
  'in user and password as %XX).';
export const DEFAULT_PORT = 1433;
/** Connections at most. */
export const DEFAULT_POOL = 10;
const DEFAULTS = {
  encrypt: true,
  trustServerCertificate: false,
  connectTimeoutMs: 15_000,
  requestTimeoutMs: 15_000,
} as const;

const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');
const milliseconds = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

const optionsSchema = z.strictObject({
  encrypt: z.union([z.literal('strict'), yesOrNo]).default(DEFAULTS.encrypt),
  trustServerCertificate: yesOrNo.default(DEFAULTS.trustServerCertificate),
  ca: z.string().min(1).optional(),
  connectTimeoutMs: milliseconds.default(DEFAULTS.connectTimeoutMs),
  requestTimeoutMs: milliseconds.default(DEFAULTS.requestTimeoutMs),
  poolMax: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .default(DEFAULT_POOL),
});

const OPTION_HELP: Readonly<Record<keyof z.infer<typeof optionsSchema>, string>> = {
  encrypt: 'true (the default), strict or false',
  trustServerCertificate: 'true or false (the default)',
  ca: 'a PEM file of the authorities to trust',
  connectTimeoutMs: 'milliseconds up to 999999999, 15000 by default',
  requestTimeoutMs: 'milliseconds up to 999999999, 15000 by default, 0 for no limit',
  poolMax: 'connections at most, 1 to 9999, 10 by default',
};

/**
 * Takes a `DATABASE_URL` apart: `sqlite:<path>`, or
 * `mssql://user:password@host:1433/name?encrypt=true&ca=/path/ca.pem`. Throws
 * {@link InvalidDatabaseUrl} that says what to write.
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    return { kind: 'sqlite', path: url.slice('sqlite:'.length) };
  }
  if (!url.startsWith('mssql://') || !URL.canParse(url)) throw new InvalidDatabaseUrl(FORMS);
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const database = decode(pathname.slice(1));
  if (hostname === '' || username === '' || database === '' || database.includes('/')) {
    throw new InvalidDatabaseUrl(FORMS);
  }
  const { poolMax, ...options } = readOptions(searchParams);
  return {
    kind: 'mssql',
    settings: sqlServerSettings({
      ...options,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? DEFAULT_PORT : Number(port),
      database,
    }),
    credentials: { user: decode(username), password: decode(password) },
    poolMax,
  };
}

/** Settings of a server with a sensible default for each that is not given. */
export function sqlServerSettings({
  ca,
  ...given
}: { host: string; port: number; database: string; ca?: string | undefined } & Partial<
  Omit<SqlServerSettings, 'ca'>
>): SqlServerSettings {
  return {
    ...DEFAULTS,
    appName: 'ordercast',
    ...given,
    ca: ca === undefined ? undefined : readAuthorities(ca),
  };
}

/** What is not as safe as it should be, for the log of whoever opens it; undefined: nothing. */
export function insecurityOf({
  encrypt,
  trustServerCertificate,
}: SqlServerSettings): string | undefined {
  if (encrypt === false) {
    return 'encrypt=false: what is said to the database, passwords included, can be read on the way';
  }
  if (trustServerCertificate) {
    return 'trustServerCertificate=true: nobody checks that the database is the one that was meant';
  }
  return undefined;
}

function readOptions(parameters: URLSearchParams): z.infer<typeof optionsSchema> {
  const result = optionsSchema.safeParse(Object.fromEntries(parameters));
  if (result.success) return result.data;
  const known = Object.entries(OPTION_HELP).map(([name, help]) => `  ${name}: ${help}`);
  const wrong = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')],
  );
  throw new InvalidDatabaseUrl(
    `DATABASE_URL has options that cannot be read (${[...new Set(wrong)].join(', ')}). Known are:\n` +
      known.join('\n'),
  );
}

function readAuthorities(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InvalidDatabaseUrl(
      `The file of trusted authorities cannot be read: ${path}. On AWS it is RDS's global-bundle.pem.`,
      { cause },
    );
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new InvalidDatabaseUrl(FORMS, { cause });
  }
}
