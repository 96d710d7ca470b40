import { readConfig } from '@ordercast/platform/config.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { z } from 'zod';
import { sendMailsOfRun } from '../send-mails.ts';
import { createSesMailer } from '../ses-mailer.ts';
import { RUN_AT, testUlids } from './finished-run.ts';
import { FROM, LINKS, testKeys } from './mail-scene.ts';

/** Sends the mails of a run in a process of its own, so that a test can kill it anywhere. */
const config = readConfig(
  z.object({ DATABASE_URL: z.string(), SES_ENDPOINT: z.string(), RUN_ID: z.string() }),
  process.env,
);
await sendMailsOfRun(
  {
    database: openDatabase(config.DATABASE_URL),
    ulids: testUlids(5),
    clock: () => RUN_AT,
    onCommitted: () => undefined,
    mailer: createSesMailer({ region: 'us-east-1', endpoint: config.SES_ENDPOINT, from: FROM }),
    keys: testKeys(),
    links: LINKS,
    random: seededRandom(5),
    log: createLogger('sending'),
  },
  config.RUN_ID,
);
