import { S3Client } from '@aws-sdk/client-s3';
import { startS3 } from '@ordercast/emulators/s3/start-s3.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import { keepPerson } from '../../people/people-store.ts';
import { openTestDatabase } from '../../testing/test-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { AskedScope, ReportRun } from '../run/report-run.ts';
import type { KeepRunsParts } from '../run/keep-runs.ts';
import { findRun, insertRun } from '../run/run-store.ts';
import type { RunReportParts } from '../run/run-report.ts';
import { createReportFiles } from '../storage/report-files.ts';
import { runPrefix } from '../storage/report-key.ts';
import { fixedReport } from './fixed-report.ts';
import { startFaultyS3 } from './faulty-s3.ts';
import type { FaultyS3 } from './faulty-s3.ts';
import { BUCKET, storedBytes, storedObjects } from './stored-objects.ts';

export const BED_AT = Date.parse('2026-11-22T07:00:00.000Z');
export const SAM = { sub: 'sam', name: 'Sam Stockton', email: 'sam@example.com' };
const DAY: AskedScope = {
  kind: 'export',
  from: Date.parse('2026-11-21T00:00:00.000Z'),
  to: Date.parse('2026-11-22T00:00:00.000Z'),
  timeZone: 'UTC',
  gzip: false,
};

export interface ReportBed {
  database: TestDatabase;
  s3: FaultyS3;
  /** Reaches the storage past its faults. */
  client: S3Client;
  waits: ManualWaits;
  ulids: UlidSource;
  /** Epoch ms; a test puts it on. */
  now: { ms: number };
  logged: string[];
  /** Runs whose mails were planned, and sent. */
  planned: string[];
  sent: string[];
  parts: (changes?: Partial<RunReportParts>) => RunReportParts;
  keeper: (changes?: Partial<KeepRunsParts>) => KeepRunsParts;
  /** Queues a run and gives its id. */
  queue: (scope?: Partial<AskedScope>) => Promise<string>;
  run: (id: string) => Promise<ReportRun>;
  /** What the storage holds of a run. */
  stored: (id: string) => ReturnType<typeof storedObjects>;
  textOf: (key: string) => Promise<string>;
  close: () => Promise<void>;
}

/** All that works on runs, over a database and an S3 of its own, with a clock and waits that a test moves. */
export async function startReportBed(
  open: () => Promise<TestDatabase> = openTestDatabase,
): Promise<ReportBed> {
  const [database, local] = await Promise.all([open(), startS3({ bucket: BUCKET })]);
  const s3 = await startFaultyS3(local.endpoint);
  const faulty = new S3Client({ ...standIn(s3.endpoint), forcePathStyle: true, maxAttempts: 1 });
  const now = { ms: BED_AT };
  const clock = () => now.ms;
  const random = seededRandom(7);
  const ulids = createUlidSource({ clock, random });
  const waits = new ManualWaits();
  const logged: string[] = [];
  const planned: string[] = [];
  const sent: string[] = [];
  const log = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const changes = { database: database.db, ulids, clock, onCommitted: () => undefined };
  const files = createReportFiles({ client: faulty, bucket: BUCKET });
  await keepPerson(database.db, SAM, BED_AT);
  return {
    database,
    s3,
    client: local.client,
    waits,
    ulids,
    now,
    logged,
    planned,
    sent,
    parts: (others = {}) => ({
      ...changes,
      openSnapshot: () => openDatabase(database.url),
      files,
      definitionOf: () => fixedReport(),
      planMails: (_trx, { id }) => {
        planned.push(id);
        return Promise.resolve();
      },
      sendMails: (id) => {
        sent.push(id);
        return Promise.resolve();
      },
      wait: waits.wait,
      random,
      log,
      maxRunning: 2,
      ...others,
    }),
    keeper: (others = {}) => ({
      ...changes,
      files,
      start: () => Promise.resolve(),
      log,
      maxRunning: 2,
      ...others,
    }),
    queue: async (scope = {}) => {
      const id = ulids.next();
      const asker = { kind: 'person', ...SAM } as const;
      const run = { ...DAY, ...scope, id, triggerKey: `request:${id}`, asker };
      await insertRun(database.db, run, now.ms);
      return id;
    },
    run: async (id) => {
      const run = await findRun(database.db, id);
      if (run === undefined) throw new Error(`There is no run ${id}`);
      return run;
    },
    stored: (id) => storedObjects(local.client, runPrefix(id)),
    textOf: async (key) => (await storedBytes(local.client, key)).toString(),
    close: async () => {
      faulty.destroy();
      await s3.close();
      await Promise.all([local.close(), database.close()]);
    },
  };
}
