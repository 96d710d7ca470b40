import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { gatewayAnswer, gatewayEvent } from '@ordercast/services/testing/gateway-event.ts';
import { SAM } from '@ordercast/services/testing/test-api.ts';
import { afterAll, expect, it } from 'vitest';
import { bundledFunction } from './testing/bundled-function.ts';
import { importAlone } from './testing/invoked-bundle.ts';

/** Measured: 32.6 MB, of which 17.0 are fonts and what cuts them (docs/adr/0019-report-pdf.md); Lambda takes 250. */
const MAX_MB = 38;

const bundle = bundledFunction('reports');
const pool = await startTestUserPool();
afterAll(() => pool.close());

const VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'any',
  // Nothing listens there.
  DATABASE_URL: 'mssql://app:pw@127.0.0.1:1/shop?encrypt=false',
  COGNITO_ISSUER: pool.issuer,
  COGNITO_CLIENT_ID: pool.clientId,
  REPORTS_BUCKET: 'reports',
  REPORTS_MAIL_FROM: 'reports@example.com',
  REPORTS_LINK_SECRET_ID: 'links',
  REPORTS_PAGE_URL: 'https://app.example.com',
  REPORTS_API_URL: 'https://api.example.com',
  REPORTS_FUNCTION: 'reports-run',
  REPORTS_CLUSTER: 'ordercast',
  REPORTS_TASK_DEFINITION: 'reports',
  REPORTS_CONTAINER: 'reports',
  REPORTS_SUBNETS: 'subnet-1',
  REPORTS_SECURITY_GROUP: 'sg-1',
  LOG_LEVEL: 'silent',
  NODE_OPTIONS: '--enable-source-maps',
};

it('the bundle of reports, away from this repository, loads and answers as the API does', async () => {
  const { handlers, invoke } = await importAlone(bundle.module(), VARIABLES);
  expect(handlers).toEqual(['api', 'keep', 'mailEvents', 'run']);
  const call = async (path: string, headers: Record<string, string> = {}) =>
    gatewayAnswer(await invoke('api', gatewayEvent({ method: 'GET', path, headers })));
  const unknown = await call('/reports');
  expect(unknown.status).toBe(401);
  expect(unknown.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
  expect(unknown.body).toMatchObject({ status: 401, instance: '/reports' });
  const known = await call('/reports', { Authorization: `Bearer ${pool.tokenFor(SAM)}` });
  expect(known.status).toBe(503);
  expect(known.body).toMatchObject({ title: 'Service unavailable' });
});

it('each function of it asks for the settings that it needs, and api answers 503 without them', async () => {
  const { invoke } = await importAlone(bundle.module(), { LOG_LEVEL: 'silent' });
  const answer = gatewayAnswer(
    await invoke('api', gatewayEvent({ method: 'GET', path: '/reports' })),
  );
  expect(answer.status).toBe(503);
  for (const [handler, missing] of [
    ['run', 'REPORTS_MAIL_FROM'],
    ['keep', 'REPORTS_SCHEDULE_GROUP'],
    ['mailEvents', 'DATABASE_SECRET_ID'],
  ] as const) {
    await expect(invoke(handler, {})).rejects.toThrow(missing);
  }
});

it('is small enough to start a function with', async () => {
  const entries = await readdir(bundle.folder(), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  expect(sizes.reduce((sum, { size }) => sum + size, 0) / 1e6).toBeLessThan(MAX_MB);
});
