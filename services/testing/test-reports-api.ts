import { startS3 } from '@ordercast/emulators/s3/start-s3.ts';
import type { LocalS3 } from '@ordercast/emulators/s3/start-s3.ts';
import type { HttpLimits } from '@ordercast/platform/http-server.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { Express } from 'express';
import { listen } from '../http/listen.ts';
import { createReportsApi } from '../reports/create-reports-api.ts';
import type { ReportsApiSettings } from '../reports/create-reports-api.ts';
import { createLinkKeys } from '../reports/link/link-keys.ts';
import type { LinkKeys } from '../reports/link/link-keys.ts';
import type { ReportRun } from '../reports/run/report-run.ts';
import { createReportFiles } from '../reports/storage/report-files.ts';
import type { ReportFiles } from '../reports/storage/report-files.ts';
import { callAs } from './call-as.ts';
import type { CallAs } from './call-as.ts';
import { openTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

export const TEST_BUCKET = 'reports';
/** As the secret of links holds them. */
export const TEST_LINK_KEYS = JSON.stringify({
  current: { id: 'k1', key: 'a-key-of-tests-that-is-long-enough-to-sign' },
});

export interface TestReportsApi {
  url: string;
  /** What the socket serves, to be packed in another way. */
  app: Express;
  database: TestDatabase;
  pool: TestUserPool;
  s3: LocalS3;
  files: ReportFiles;
  keys: LinkKeys;
  /** Lines that the API logged. */
  logged: string[];
  /** Runs that were started, in order. */
  started: ReportRun[];
  /** How often something was committed for the relay. */
  commits: () => number;
  /** How often the scheduler was told to follow. */
  scheduleChanges: () => number;
  /** Runs of which a mail is to be sent once more. */
  resumed: string[];
  call: CallAs;
  close: () => Promise<void>;
}

/** The reports API on a socket, over a database file, a user pool and an S3 of its own; what it starts is noted. */
export async function startTestReportsApi(
  changes: Partial<ReportsApiSettings> = {},
  limits: Partial<HttpLimits> = {},
): Promise<TestReportsApi> {
  const [database, pool, s3] = await Promise.all([
    openTestDatabase(),
    startTestUserPool(),
    startS3({ bucket: TEST_BUCKET }),
  ]);
  const logged: string[] = [];
  const started: ReportRun[] = [];
  const resumed: string[] = [];
  let [commits, scheduleChanges] = [0, 0];
  const log = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const files = createReportFiles({ client: s3.client, bucket: TEST_BUCKET });
  const keys = createLinkKeys({
    secretId: 'links',
    secrets: { read: () => Promise.resolve(TEST_LINK_KEYS) },
    clock: Date.now,
    log,
  });
  const api = createReportsApi({
    database: database.db,
    issuer: pool.issuer,
    jwksUri: pool.jwksUri,
    clientId: pool.clientId,
    region: 'us-east-1',
    cognitoEndpoint: pool.endpoint,
    corsOrigins: ['https://app.example.com'],
    timeZone: 'Europe/Berlin',
    start: (run) => {
      started.push(run);
      return Promise.resolve();
    },
    files,
    keys,
    links: {
      pageUrl: 'https://app.example.com',
      apiUrl: 'https://api.example.com',
      linkLifeMs: 86_400_000,
    },
    onCommitted: () => {
      commits += 1;
    },
    onScheduleChanged: () => {
      scheduleChanges += 1;
    },
    onMailResumed: (runId) => void resumed.push(runId),
    clock: Date.now,
    random: seededRandom(1),
    log,
    ...changes,
  });
  const server = await listen(api.app, { port: 0, host: '127.0.0.1', limits });
  return {
    url: server.url,
    app: api.app,
    database,
    pool,
    s3,
    files,
    keys,
    logged,
    started,
    commits: () => commits,
    scheduleChanges: () => scheduleChanges,
    resumed,
    call: callAs(server.url, pool),
    close: async () => {
      await server.close();
      api.close();
      await Promise.all([database.close(), pool.close(), s3.close()]);
    },
  };
}
