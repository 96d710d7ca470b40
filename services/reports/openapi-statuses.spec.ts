import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { reportSchema } from '@ordercast/contract/report.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { sweptStatuses } from '../testing/swept-statuses.ts';
import type { SweptService } from '../testing/swept-statuses.ts';
import { ADA, ALEX, startTestApi } from '../testing/test-api.ts';
import { finishTestRun, mailTestRun } from '../testing/test-report-runs.ts';
import { TEST_BUCKET, startTestReportsApi } from '../testing/test-reports-api.ts';
import type { TestReportsApi } from '../testing/test-reports-api.ts';

const SCHEDULE = {
  kind: 'ageing',
  expression: 'cron(0 6 * * ? *)',
  timeZone: 'Europe/Berlin',
  recipients: ['ops@example.com'],
};
const [DAILY, AGEING] = [{ kind: 'daily', date: '2026-11-21' }, { kind: 'ageing' }];
/** What is right for one operation is wrong for the others. */
const BODIES = [
  DAILY,
  AGEING,
  { address: ALEX.email },
  { address: 'nobody@example.com' },
  SCHEDULE,
  { ...SCHEDULE, expression: 'cron(0 0 31 2 ? *)' },
  { expression: 'rate(1 day)', timeZone: 'UTC' },
  { expression: 'rate(1 fortnight)', timeZone: 'UTC' },
];
const HEADERS: Record<string, string>[] = [
  {},
  { 'If-Match': '*' },
  { 'If-Match': '"99"' },
  { 'If-None-Match': '*' },
  { 'Idempotency-Key': 'one' },
];
const QUERIES = ['?format=csv', '?format=pdf', '?limit=1'];

let services: (SweptService & { api: TestReportsApi })[];
let impatient: TestReportsApi;
let runIds: string[];
const away = openDatabase('mssql://app:pw@127.0.0.1:1/shop?encrypt=false');

beforeAll(async () => {
  const [healthy, broken, apart, unknowing, slow] = await Promise.all([
    startTestReportsApi(),
    startTestReportsApi(),
    startTestReportsApi({ database: away }),
    startTestReportsApi(),
    startTestReportsApi({}, { headersMs: 100, requestMs: 100, checkEveryMs: 10 }),
  ]);
  impatient = slow;
  const last = { users: [ALEX], headers: [{ 'If-Match': '*' }] };
  services = [
    { api: healthy, users: [undefined, ADA, ALEX], headers: HEADERS },
    { api: broken, ...last },
    { api: apart, ...last },
    // It cannot know the keys of the pool.
    { api: unknowing, ...last },
  ];
  const [done, gone, waiting] = await Promise.all([runOf(healthy), runOf(healthy), runOf(healthy)]);
  await finishTestRun(healthy, done, ['csv']);
  await mailTestRun(healthy, done, { address: ALEX.email, status: 'unconfirmed' });
  const [key] = await finishTestRun(healthy, gone, ['csv']);
  await healthy.s3.client.send(new DeleteObjectCommand({ Bucket: TEST_BUCKET, Key: key }));
  runIds = [waiting, done, gone];
  const body = SCHEDULE;
  await healthy.call(ALEX, 'PUT', '/report-schedules/there', { body });
  unknowing.pool.setMode('down');
  const { db } = broken.database;
  for (const table of ['report_mails', 'reports', 'report_schedules']) {
    await db.schema.dropTable(table);
  }
});
afterAll(async () => {
  await Promise.all([impatient, ...services.map(({ api }) => api)].map((api) => api.close()));
  await away.destroy();
});

async function runOf(api: TestReportsApi): Promise<string> {
  const { body } = await api.call(ALEX, 'POST', '/reports', { body: DAILY });
  return reportSchema.parse(body).id;
}

/** It works with what it is sent alone: nothing that could be broken from here. */
const NEVER_BROKEN = 'post /report-schedules/preview';

it('the document names the statuses that each operation of the reports API answers with, all of them and no others', async () => {
  const orders = await startTestApi();
  const described = await orders.call(undefined, 'GET', '/openapi.json');
  await orders.close();
  const { seen, documented } = await sweptStatuses({
    document: described.body,
    include: (path) => path.startsWith('/report'),
    services,
    idsOf: (path) => (path.startsWith('/reports') ? runIds : ['there', 'new-one']),
    queries: QUERIES,
    bodies: BODIES,
    impatient: { url: impatient.url, pool: impatient.pool, user: ALEX },
  });
  const all = z.record(z.string(), z.record(z.string(), z.unknown())).parse(seen);
  const broken = { 500: ['application/problem+json'] };
  expect(all[NEVER_BROKEN]).not.toHaveProperty('500');
  expect({ ...all, [NEVER_BROKEN]: { ...all[NEVER_BROKEN], ...broken } }).toEqual(documented);
  expect(Object.keys(all)).toHaveLength(10);
});
