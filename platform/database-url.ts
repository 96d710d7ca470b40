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
  'in user and password as %XX); the server may also be host,1433 or host\\INSTANCE.';
export const DEFAULT_PORT = 1433;
/** Connections at most. */
export const DEFAULT_POOL = 10;
const DEFAULTS = {
  instance: undefined,
  domain: undefined,
  encrypt: true,
  trustServerCertificate: false,
  multiSubnetFailover: false,
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
  domain: z
    .string()
    .regex(/^[^\\/@]+$/)
    .optional(),
  multiSubnetFailover: yesOrNo.default(DEFAULTS.multiSubnetFailover),
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
  domain: 'the Windows domain of the user, who then logs in by NTLM; the same as DOMAIN\\user',
  multiSubnetFailover: 'true (all addresses of the host are tried at once) or false (the default)',
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
  const { text, instance } = withoutInstance(url);
  if (!text.startsWith('mssql://') || !URL.canParse(text)) throw new InvalidDatabaseUrl(FORMS);
  const { hostname, port, username, password, pathname, searchParams } = new URL(text);
  const database = decode(pathname.slice(1));
  if (/^$|,/.test(hostname) || username === '' || database === '' || database.includes('/')) {
    throw new InvalidDatabaseUrl(FORMS);
  }
  if (instance !== undefined && port !== '') {
    throw new InvalidDatabaseUrl(
      'DATABASE_URL names an instance and a port: leave one out. With a port the instance is not asked for.',
    );
  }
  const { poolMax, domain, ...options } = readOptions(searchParams);
  if (options.encrypt === 'strict' && options.trustServerCertificate) {
    throw new InvalidDatabaseUrl(
      'With encrypt=strict the certificate is always checked: leave trustServerCertificate out, and name its authority with ca.',
    );
  }
  const user = decode(username);
  if (domain !== undefined && user.includes('\\')) {
    throw new InvalidDatabaseUrl(
      'DATABASE_URL names the domain twice: before the user and as an option. Leave one out.',
    );
  }
  return {
    kind: 'mssql',
    settings: sqlServerSettings({
      ...options,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? DEFAULT_PORT : Number(port),
      instance,
      domain,
      database,
    }),
    credentials: { user, password: decode(password) },
    poolMax,
  };
}

const SERVER =
  /^(mssql:\/\/(?:[^/?#]*@)?)(\[[^\]]*\]|[^/?#@,:\\]*?)(?:(?:\\|%5C)([^/?#@,:\\]+))?(?:,(\d+))?(?=[/?#:]|$)/i;

/** A URL as the standard knows it, of one whose server is written as SQL Server's own tools do: `host,1433` or `host\INSTANCE`. */
function withoutInstance(url: string): { text: string; instance: string | undefined } {
  const [whole, before, host, instance, port] = SERVER.exec(url) ?? [];
  if (whole === undefined || before === undefined) return { text: url, instance: undefined };
  const server = `${before}${host ?? ''}${port === undefined ? '' : `:${port}`}`;
  return { text: server + url.slice(whole.length), instance };
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
    return 'encrypt=false: passwords and data can be read on their way to and from the database; leave it out, but on a laptop';
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
