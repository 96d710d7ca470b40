import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startS3 } from '@ordercast/emulators/s3/start-s3.ts';
import { startSes } from '@ordercast/emulators/ses/start-ses.ts';
import type { LocalSes, SentEmail } from '@ordercast/emulators/ses/start-ses.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Knex } from 'knex';
import { onTestFinished, vi } from 'vitest';
import { insertPerson } from '../../people/people-store.ts';
import { openTestDatabase } from '../../testing/test-database.ts';
import { TEST_BUCKET, TEST_LINK_KEYS } from '../../testing/test-reports-api.ts';
import { ALEX } from '../../testing/test-api.ts';
import type { AskedScope } from '../run/report-run.ts';
import { insertRun } from '../run/run-store.ts';
import { startSchedulerServer } from '../schedule/scheduler/testing/scheduler-server.ts';
import type { SchedulerServer } from '../schedule/scheduler/testing/scheduler-server.ts';
import type { FunctionParts } from '../function/function-parts.ts';
import { startAwsCalls } from './aws-calls.ts';
import type { AwsCalls } from './aws-calls.ts';

/** All that the functions of reports talk to, for one test. */
export interface FunctionBed {
  db: Knex;
  pool: TestUserPool;
  aws: AwsCalls;
  scheduler: SchedulerServer;
  ses: LocalSes;
  mails: SentEmail[];
  /** Names of all objects. */
  objects: () => Promise<string[]>;
  /** What the functions are given; their timers never ring. */
  parts: FunctionParts & { environment: Record<string, string> };
  logged: string[];
  /** A queued run that Alex asked for an hour ago. */
  queueRun: (kind: AskedScope['kind']) => Promise<string>;
}

const never: Wait = () => new Promise(() => undefined);
const HOUR_MS = 3_600_000;
const DAY = { from: Date.parse('2026-11-20T23:00:00Z'), to: Date.parse('2026-11-21T23:00:00Z') };

export async function openFunctionBed(): Promise<FunctionBed> {
  const mails: SentEmail[] = [];
  const [database, pool, aws, scheduler, s3, ses, folder] = await Promise.all([
    openTestDatabase(),
    startTestUserPool(),
    startAwsCalls(),
    startSchedulerServer(),
    startS3({ bucket: TEST_BUCKET }),
    startSes({ deliver: (mail) => void mails.push(mail) }),
    mkdtemp(join(tmpdir(), 'ordercast-function-')),
  ]);
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, TEST_LINK_KEYS);
  const ofSdk = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_LAMBDA: aws.endpoint,
    AWS_ENDPOINT_URL_ECS: aws.endpoint,
    AWS_ENDPOINT_URL_SCHEDULER: scheduler.endpoint,
  };
  for (const [name, value] of Object.entries(ofSdk)) vi.stubEnv(name, value);
  const ulids = createUlidSource({ clock: Date.now, random: seededRandom(9) });
  const logged: string[] = [];
  await insertPerson(database.db, ALEX, Date.now());
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await Promise.all([pool, aws, scheduler, s3, ses, database].map((one) => one.close()));
    await rm(folder, { recursive: true });
  });
  return {
    db: database.db,
    pool,
    aws,
    scheduler,
    ses,
    mails,
    logged,
    objects: async () => {
      const { Contents = [] } = await s3.client.send(
        new ListObjectsV2Command({ Bucket: TEST_BUCKET }),
      );
      return Contents.map(({ Key = '' }) => Key);
    },
    parts: {
      wait: never,
      logTo: { destination: { write: (line) => void logged.push(line) } },
      environment: {
        AWS_REGION: 'us-east-1',
        DATABASE_URL: database.url,
        COGNITO_ISSUER: pool.issuer,
        COGNITO_CLIENT_ID: pool.clientId,
        COGNITO_ENDPOINT: pool.endpoint,
        CORS_ORIGINS: 'https://app.example.com',
        REPORTS_TIME_ZONE: 'Europe/Berlin',
        REPORTS_BUCKET: TEST_BUCKET,
        REPORTS_MAIL_FROM: 'reports@example.com',
        REPORTS_LINK_KEYS_FILE: keysFile,
        REPORTS_PAGE_URL: 'https://app.example.com',
        REPORTS_API_URL: 'https://api.example.com',
        REPORTS_FUNCTION: 'reports-run',
        REPORTS_CLUSTER: 'ordercast',
        REPORTS_TASK_DEFINITION: 'arn:aws:ecs:us-east-1:1:task-definition/reports:7',
        REPORTS_CONTAINER: 'reports',
        REPORTS_SUBNETS: 'subnet-1,subnet-2',
        REPORTS_SECURITY_GROUP: 'sg-1',
        REPORTS_SCHEDULE_GROUP: 'reports',
        REPORTS_SCHEDULE_ROLE_ARN: 'arn:aws:iam::1:role/reports-scheduler',
        REPORTS_SCHEDULE_FUNCTION_ARN: 'arn:aws:lambda:us-east-1:1:function:reports-run',
        REPORTS_SCHEDULE_CLUSTER_ARN: 'arn:aws:ecs:us-east-1:1:cluster/ordercast',
        REPORTS_SCHEDULE_DEAD_LETTER_ARN: 'arn:aws:sqs:us-east-1:1:reports-dead-letters',
        S3_ENDPOINT: s3.endpoint,
        SES_ENDPOINT: ses.endpoint,
        LOG_LEVEL: 'info',
      },
    },
    queueRun: async (kind) => {
      const id = ulids.next();
      const asker = { kind: 'person' as const, sub: ALEX.sub, name: ALEX.name };
      const scope = { kind, ...DAY, timeZone: 'Europe/Berlin', gzip: false };
      await insertRun(
        database.db,
        { id, triggerKey: `request:${id}`, asker, ...scope },
        Date.now() - HOUR_MS,
      );
      return id;
    },
  };
}
