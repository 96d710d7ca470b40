import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/services/platform/argument-fault.ts';
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

const USAGE =
  'npm start -- [--fresh | --ephemeral] [--migrate] [--data <folder>] [--token-seconds <1..86400>]';

/** Reads the flags of `npm start -- …`, `PORT` and `LISTEN_HOST`; throws {@link ArgumentsError}. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): LocalArguments {
  const port = portSchema.safeParse(env.PORT ?? '8080');
  if (!port.success) {
    throw new ArgumentsError('PORT must be a number from 0 to 65535, such as PORT=8081 npm start.');
  }
  const { 'token-seconds': tokenSeconds, ...flags } = readFlags(args);
  const seconds = secondsSchema.safeParse(tokenSeconds);
  if (!seconds.success) {
    throw new ArgumentsError(`--token-seconds must be a number from 1 to 86400. Usage: ${USAGE}`);
  }
  return {
    ...flags,
    data: flags.data,
    port: port.data,
    host: env.LISTEN_HOST || undefined,
    tokenSeconds: seconds.data,
  };
}

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        ephemeral: { type: 'boolean', default: false },
        migrate: { type: 'boolean', default: false },
        data: { type: 'string' },
        'token-seconds': { type: 'string', default: TOKEN_SECONDS },
      },
    });
    return values;
  } catch (error) {
    throw new ArgumentsError(`${argumentFault(error)}. Usage: ${USAGE}`, { cause: error });
  }
}
