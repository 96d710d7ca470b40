import { readConfig } from '@ordercast/platform/config.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { z } from 'zod';
import { findRun } from '../run/run-store.ts';
import { createProcessStart } from '../run/start-process.ts';

/** Starts a run in a process of its own and lives on, so that a test can kill it. ENVIRONMENT holds the other one's variables, in JSON. */
const config = readConfig(
  z.object({ DATABASE_URL: z.string(), RUN_ID: z.string(), ENVIRONMENT: z.string() }),
  process.env,
);
const processes = createProcessStart({
  environment: z.record(z.string(), z.string()).parse(JSON.parse(config.ENVIRONMENT)),
  maxProcesses: 1,
  onLine: (line) => void process.stdout.write(`${line}\n`),
  log: createLogger('starting-process'),
});
const run = await findRun(openDatabase(config.DATABASE_URL), config.RUN_ID);
if (run !== undefined) await processes.start(run);
