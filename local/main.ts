import { fileURLToPath } from 'node:url';
import { explainError } from '@ordercast/migrations/command/explain-error.ts';
import { Refused } from '@ordercast/migrations/command/report.ts';
import { DatabaseIsNewer } from '@ordercast/migrations/migrate.ts';
import { runProgram } from '@ordercast/platform/run-program.ts';
import { endTracing } from '@ordercast/platform/tracing/tracing.ts';
import { ArgumentsError, USAGE, readArguments } from './arguments.ts';
import { DataFolderError } from './data-folder.ts';
import { PendingMigrations } from './local-database.ts';
import { CannotListenError } from './local-origin.ts';
import { startOrdercast } from './ordercast.ts';
import type { RunningOrdercast } from './ordercast.ts';
import { readyLine } from './ready-line.ts';
import { SelfCheckFailed } from './self-check.ts';

const DATA_FOLDER = fileURLToPath(new URL('../.local', import.meta.url));

/** The database is not there or cannot be used; the message says what to do. */
class DatabaseUnusable extends Error {
  override name = 'DatabaseUnusable';
}

/** What a person can put right. */
const KNOWN = [
  CannotListenError,
  DataFolderError,
  DatabaseIsNewer,
  DatabaseUnusable,
  PendingMigrations,
  SelfCheckFailed,
];

// Orders, mail addresses and the pool's keys are this user's alone, whatever the shell allows for new files.
process.umask(0o077);
let stopping = false;

await runProgram(async () => {
  const options = readOptions();
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const starting = startOrdercast({
    ...options,
    dataFolder: options.data ?? DATA_FOLDER,
    databaseUrl: process.env.DATABASE_URL,
  });
  stopOnSignal(starting);
  const ordercast = await starting.catch((error: unknown) => {
    throw startFault(error);
  });
  if (!stopping) console.log(readyLine(ordercast.url, options.publicUrl));
}, KNOWN);

/** A wrong command line ends with 2, as it does for the other programs. */
function readOptions(): ReturnType<typeof readArguments> {
  try {
    return readArguments(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

/** What the migrations' command says of the same fault of a database is what to do here, too. */
function startFault(error: unknown): unknown {
  if (KNOWN.some((kind) => error instanceof kind)) return error;
  const { message, isUnexpected } = explainError(error);
  if (isUnexpected) return error;
  const how =
    error instanceof Refused
      ? ' With DATABASE_URL set to this database, each command is run as "npm run migrate -- <command>".'
      : '';
  return new DatabaseUnusable(`${message}${how}`, { cause: error });
}

/**
 * Stops on Ctrl-C, SIGTERM, or the end of the process that started this one, also while it is still starting.
 * A second Ctrl-C does not wait; several signals of other kinds are one wish, as when a terminal is closed.
 */
function stopOnSignal(starting: Promise<RunningOrdercast>): void {
  const stop = (signal?: NodeJS.Signals) => {
    if (stopping) {
      if (signal === 'SIGINT') process.exit(130);
      return;
    }
    stopping = true;
    void starting
      .then((ordercast) => ordercast.close())
      .finally(endTracing)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  const parent = process.env.ORDERCAST_PARENT;
  if (parent === undefined) return;
  setInterval(() => {
    if (process.ppid !== Number(parent)) stop();
  }, 500).unref();
}
