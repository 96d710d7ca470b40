import { fileURLToPath } from 'node:url';
import { DatabaseIsNewer } from '@ordercast/migrations/migrate.ts';
import { runProgram } from '@ordercast/services/platform/run-program.ts';
import { ArgumentsError, USAGE, readArguments } from './arguments.ts';
import { DataFolderError } from './data-folder.ts';
import { PendingMigrations } from './local-database.ts';
import { CannotListenError } from './local-origin.ts';
import { startOrdercast } from './ordercast.ts';
import type { RunningOrdercast } from './ordercast.ts';
import { readyLine } from './ready-line.ts';
import { SelfCheckFailed } from './self-check.ts';

const DATA_FOLDER = fileURLToPath(new URL('../.local', import.meta.url));

/** What a person can put right. */
const KNOWN = [
  ArgumentsError,
  CannotListenError,
  DataFolderError,
  DatabaseIsNewer,
  PendingMigrations,
  SelfCheckFailed,
];

await runProgram(async () => {
  const options = readArguments(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const ordercast = await startOrdercast({
    ...options,
    dataFolder: options.data ?? DATA_FOLDER,
    databaseUrl: process.env.DATABASE_URL,
  });
  stopOnSignal(ordercast);
  process.stdout.write(`${readyLine(ordercast.url, options.publicUrl)}\n`);
}, KNOWN);

/** Ctrl-C, SIGTERM, or the end of the process that started this one; a second Ctrl-C does not wait. */
function stopOnSignal(ordercast: RunningOrdercast): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(130);
    stopping = true;
    void ordercast.close().then(
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
