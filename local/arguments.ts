import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { z } from 'zod';

export interface LocalArguments {
  /** Where data is kept; undefined: `.local` in the project's folder. */
  data: string | undefined;
  /** Begin with an empty data folder. */
  fresh: boolean;
  /** Keep nothing after the end. */
  ephemeral: boolean;
  /** Run pending migrations of a SQL Server too; SQLite always migrates by itself. */
  migrate: boolean;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Where to listen instead of on the loopback alone, for containers. */
  host: string | undefined;
  /** Life of access and ID tokens, in seconds; a short one shows what happens when they expire. */
  tokenSeconds: number;
  /** Origin of a tunnel or a proxy in front, such as `https://orders.example`. */
  publicUrl: string | undefined;
}

/** The command line or the environment cannot be understood; the message says what to write. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
}

const portSchema = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((port) => port <= 65_535);

/** Cognito's default life of access and ID tokens. */
const TOKEN_SECONDS = '3600';

const secondsSchema = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((seconds) => seconds >= 1 && seconds <= 86_400);

export const USAGE = `npm start -- [options]

  --fresh                    begin with new demo data; the old is deleted
  --ephemeral                keep nothing
  --data <folder>            keep data there instead of in .local/
  --migrate                  bring the schema of the server that DATABASE_URL names up to date
  --token-seconds <n>        how long tokens live, 1 to 86400 (default ${TOKEN_SECONDS})
  --public-url <url>         the address of a tunnel or proxy in front, such as https://orders.example
  -h, --help                 this text

PORT=8081 takes another port than 8080, LISTEN_HOST=0.0.0.0 listens outside this machine too, and
DATABASE_URL=mssql://user:password@host:1433/name keeps orders on a SQL Server.`;

/**
 * Reads the flags of `npm start -- …`, `PORT` and `LISTEN_HOST`; `help` where {@link USAGE} is asked for.
 * Throws {@link ArgumentsError}.
 */
export function readArguments(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): LocalArguments | 'help' {
  const {
    help,
    'token-seconds': tokenSeconds,
    'public-url': publicUrl,
    ...flags
  } = readFlags(args);
  if (help) return 'help';
  refuseSwallowed(env);
  const port = portSchema.safeParse(env.PORT ?? '8080');
  if (!port.success) {
    throw new ArgumentsError('PORT must be a number from 0 to 65535, such as PORT=8081 npm start.');
  }
  const seconds = secondsSchema.safeParse(tokenSeconds);
  if (!seconds.success) throw refusal('--token-seconds must be a number from 1 to 86400');
  if (flags.ephemeral && flags.data !== undefined) {
    throw refusal('--ephemeral keeps nothing, so --data has no use; give one of the two');
  }
  if (flags.ephemeral && flags.fresh) {
    throw refusal('--ephemeral begins with new demo data anyway; leave --fresh out');
  }
  if (flags.data === '') throw refusal('--data needs the path of a folder');
  return {
    ...flags,
    // npm runs a script in the project's folder; a path is meant from where the person is.
    data: flags.data === undefined ? undefined : resolve(env.INIT_CWD ?? '', flags.data),
    port: port.data,
    host: env.LISTEN_HOST || undefined,
    tokenSeconds: seconds.data,
    publicUrl: publicUrl === undefined ? undefined : originOf(publicUrl),
  };
}

/** Without the `--` between, npm takes an option for one of its own, and this command never sees it. */
function refuseSwallowed(env: NodeJS.ProcessEnv): void {
  const swallowed = Object.keys(OPTIONS).find(
    (name) => `npm_config_${name.replaceAll('-', '_')}` in env,
  );
  if (swallowed === undefined) return;
  throw refusal(`npm has taken --${swallowed} for itself; write npm start -- --${swallowed}`);
}

/** Everything is served at the root of its origin, so an address with a path could not work. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin =
    url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  throw refusal('--public-url must be http:// or https:// and a host, without a path');
}

const OPTIONS = {
  fresh: { type: 'boolean', default: false },
  ephemeral: { type: 'boolean', default: false },
  migrate: { type: 'boolean', default: false },
  data: { type: 'string' },
  'token-seconds': { type: 'string', default: TOKEN_SECONDS },
  'public-url': { type: 'string' },
} as const;

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...OPTIONS, help: { type: 'boolean', short: 'h', default: false } },
    });
    return values;
  } catch (error) {
    throw refusal(argumentFault(error));
  }
}

function refusal(reason: string): ArgumentsError {
  return new ArgumentsError(`${reason}.\n\nUsage: ${USAGE}`);
}
