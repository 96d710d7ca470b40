import { problemSchema } from '@ordercast/contract/problem.ts';
import { reportSchema } from '@ordercast/contract/report.ts';
import { rdsSecret, startSecretServer } from '@ordercast/platform/testing/secret-server.ts';
import { expect, it, onTestFinished, test } from 'vitest';
import { gatewayAnswer, gatewayEvent } from '../../testing/gateway-event.ts';
import type { GatewayCall } from '../../testing/gateway-event.ts';
import { SAM } from '../../testing/test-api.ts';
import { openFunctionBed } from '../testing/function-bed.ts';
import type { FunctionBed } from '../testing/function-bed.ts';
import { createApiFunction } from './api-function.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

function served(
  { pool, parts }: FunctionBed,
  environment: Record<string, string | undefined> = {},
) {
  const api = createApiFunction({
    ...parts,
    environment: { ...parts.environment, ...environment },
  });
  const call = async ({ headers, ...more }: GatewayCall) => {
    const Authorization = `Bearer ${pool.tokenFor(SAM)}`;
    const event = gatewayEvent({ ...more, headers: { Authorization, ...headers } });
    return gatewayAnswer(await api(event, {}));
  };
  return { api, call };
}

it('starts a light report by the function and a heavy one by a task', async () => {
  const bed = await openFunctionBed();
  const { call } = served(bed);
  const ask = (body: object) =>
    call({ method: 'POST', path: '/reports', headers: JSON_TYPE, body: JSON.stringify(body) });
  const light = await ask({ kind: 'daily', date: '2026-11-21' });
  expect(light.status).toBe(202);
  const { id, timeZone } = reportSchema.parse(light.body);
  expect(timeZone).toBe('Europe/Berlin');
  expect(bed.aws.invoked).toMatchObject([{ functionName: 'reports-run', event: { runId: id } }]);
  const heavy = reportSchema.parse(
    (await ask({ kind: 'export', from: '2026-11-01', to: '2026-11-02' })).body,
  );
  expect(bed.aws.tasks).toMatchObject([
    {
      cluster: 'ordercast',
      taskDefinition: bed.parts.environment['REPORTS_TASK_DEFINITION'],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
      },
      overrides: {
        containerOverrides: [
          { name: 'reports', environment: [{ name: 'REPORT_RUN_ID', value: heavy.id }] },
        ],
      },
    },
  ]);
});

it('answers 503 with a problem while the database is away, from its first call on', async () => {
  const { call } = served(await openFunctionBed(), {
    DATABASE_URL: 'mssql://app:pw@127.0.0.1:1/shop?encrypt=false',
  });
  for (const path of ['/reports', '/reports?limit=1']) {
    const answer = await call({ method: 'GET', path });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
    expect(answer.headers.get('Retry-After')).toBe('2');
    expect(problemSchema.parse(answer.body)).toMatchObject({ status: 503, instance: '/reports' });
  }
});

it('answers 503 while it cannot be composed, tries again at the next call, and is composed once', async () => {
  const secrets = await startSecretServer();
  onTestFinished(() => secrets.close());
  const bed = await openFunctionBed();
  const { api, call } = served(bed, { DATABASE_URL: undefined, DATABASE_SECRET_ID: 'login' });
  const early = await call({ method: 'GET', path: '/reports/caf%C3%A9?limit=1' });
  expect(early.status).toBe(503);
  expect(early.headers.get('Content-Type')).toContain('application/problem+json');
  expect(Number(early.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(early.headers.get('Cache-Control')).toBe('no-store');
  const problem = problemSchema.parse(early.body);
  expect(problem).toMatchObject({ status: 503, instance: '/reports/caf%C3%A9' });
  expect(early.headers.get('X-Request-Id')).toBe(problem.requestId);
  expect(early.text).not.toContain('login');
  const logged = bed.logged.join('');
  expect(logged).toContain('the reports API could not be composed');
  expect(logged).toContain(problem.requestId);

  secrets.secret = rdsSecret(1, 'word-of-the-database');
  const reads = secrets.reads;
  const event = () => gatewayEvent({ method: 'GET', path: '/reports' });
  const answers = await Promise.all([api(event(), {}), api(event(), {}), api(event(), {})]);
  expect(answers.map((given) => gatewayAnswer(given).status)).toEqual([401, 401, 401]);
  expect(secrets.reads).toBe(reads + 1);
  expect(bed.logged.join('')).not.toContain('word-of-the-database');
});

test.each([
  'COGNITO_ISSUER',
  'REPORTS_BUCKET',
  'REPORTS_PAGE_URL',
  'REPORTS_API_URL',
  'REPORTS_FUNCTION',
  'REPORTS_SUBNETS',
  'REPORTS_LINK_KEYS_FILE',
])('answers 503 without %s, which the log names', async (name) => {
  const bed = await openFunctionBed();
  const { call } = served(bed, { [name]: undefined });
  expect((await call({ method: 'GET', path: '/reports' })).status).toBe(503);
  expect(bed.logged.join('')).toContain(name);
});

it('needs nothing of what sends mails and follows schedules', async () => {
  const bed = await openFunctionBed();
  const { call } = served(bed, {
    REPORTS_MAIL_FROM: undefined,
    REPORTS_SCHEDULE_GROUP: undefined,
    REPORTS_SCHEDULE_ROLE_ARN: undefined,
    REPORTS_SCHEDULE_FUNCTION_ARN: undefined,
    REPORTS_SCHEDULE_CLUSTER_ARN: undefined,
    REPORTS_SCHEDULE_DEAD_LETTER_ARN: undefined,
    SES_ENDPOINT: undefined,
  });
  expect((await call({ method: 'GET', path: '/reports' })).status).toBe(200);
});

it('does not serve in a zone that there is not, and does not say which', async () => {
  const bed = await openFunctionBed();
  const { call } = served(bed, { REPORTS_TIME_ZONE: 'Mars/Olympus' });
  expect((await call({ method: 'GET', path: '/reports' })).status).toBe(503);
  expect(bed.logged.join('')).toContain('REPORTS_TIME_ZONE: must be a name');
});
