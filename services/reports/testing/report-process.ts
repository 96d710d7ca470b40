import { appendFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { readConfig } from '@ordercast/platform/config.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { wait } from '@ordercast/platform/wait.ts';
import { z } from 'zod';
import { runReport } from '../run/run-report.ts';
import { createReportFiles } from '../storage/report-files.ts';
import { fixedReport } from './fixed-report.ts';

/**
 * A process that works on a run by a clock that stands still, and whose mails are lines of a file. CRASH_AT names the moment at which it kills
 * itself: `commit <n>` after its n-th transaction, `plan` within the last one, `mail` before or `mailed` after a mail went.
 */
const config = readConfig(
  z.object({
    DATABASE_URL: z.string(),
    S3_ENDPOINT: z.string(),
    MAIL_FILE: z.string(),
    RUN_ID: z.string(),
    NOW: z.coerce.number(),
    CRASH_AT: z.string().optional(),
  }),
  process.env,
);
const at = async (moment: string): Promise<void> => {
  if (moment !== config.CRASH_AT) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
};
let commits = 0;
const clock = () => config.NOW;
const database = openDatabase(config.DATABASE_URL);
const outcome = await runReport(
  {
    database,
    ulids: createUlidSource({ clock, random: seededRandom(process.pid) }),
    clock,
    onCommitted: () => {
      commits += 1;
      void at(`commit ${commits}`);
    },
    openSnapshot: () => openDatabase(config.DATABASE_URL),
    files: createReportFiles({
      client: new S3Client({ ...standIn(config.S3_ENDPOINT), forcePathStyle: true }),
      bucket: 'reports',
    }),
    definitionOf: () => fixedReport({ rows: 20_000 }),
    planMails: () => at('plan'),
    sendMails: async (id) => {
      await at('mail');
      appendFileSync(config.MAIL_FILE, `${id}\n`);
      await at('mailed');
    },
    wait,
    random: seededRandom(process.pid),
    log: createLogger('report-process'),
    maxRunning: 2,
  },
  config.RUN_ID,
  new AbortController().signal,
);
process.stdout.write(`${outcome}\n`);
await database.destroy();
