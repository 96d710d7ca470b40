import { reportSchema } from '@ordercast/contract/report.ts';
import type { TestUser } from '@ordercast/platform/testing/test-user-pool.ts';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { gatewayAnswer, gatewayEvent } from '../../testing/gateway-event.ts';
import type { GatewayCall } from '../../testing/gateway-event.ts';
import { ADA, ALEX, SAM } from '../../testing/test-api.ts';
import { finishTestRun } from '../../testing/test-report-runs.ts';
import { startTestReportsApi } from '../../testing/test-reports-api.ts';
import type { TestReportsApi } from '../../testing/test-reports-api.ts';
import { signLink } from '../link/report-link.ts';
import { packagedApp } from './packaged-app.ts';
import type { PackagedApp } from './packaged-app.ts';

let api: TestReportsApi;
let packaged: PackagedApp;
let runId: string;
let link: string;
beforeAll(async () => {
  api = await startTestReportsApi();
  packaged = packagedApp(api.app);
  const asked = await api.call(SAM, 'POST', '/reports', {
    body: { kind: 'daily', date: '2026-11-21' },
  });
  runId = reportSchema.parse(asked.body).id;
  await finishTestRun(api, runId);
  const expiresAt = Date.parse('2090-01-01');
  const issuedAt = Date.parse('2026-11-22');
  link = await signLink(api.keys, { runId, address: SAM.email, issuedAt, expiresAt });
});
afterAll(() => api.close());

interface Call extends GatewayCall {
  as?: TestUser;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const SCHEDULE = JSON.stringify({
  kind: 'daily',
  expression: 'cron(0 6 1 7 ? 2090-2092)',
  timeZone: 'UTC',
  recipients: ['ops@example.com'],
});
const post = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE): Call => ({
  as: SAM,
  method: 'POST',
  path: '/reports',
  headers,
  body,
});
const putSchedule = (headers: Record<string, string>): Call => ({
  as: ALEX,
  method: 'PUT',
  path: '/report-schedules/packed',
  headers: { ...JSON_TYPE, ...headers },
  body: SCHEDULE,
});
/** `{run}` and `{link}` stand for those above. */
const CALLS: [string, Call][] = [
  ['without a token', { method: 'GET', path: '/reports' }],
  [
    'with a token that is none',
    { method: 'GET', path: '/reports', headers: { Authorization: 'Bearer x.y.z' } },
  ],
  ['of a customer', { as: ADA, method: 'GET', path: '/reports' }],
  ['for a list', { as: SAM, method: 'GET', path: '/reports?limit=1' }],
  [
    'from a page elsewhere',
    {
      as: SAM,
      method: 'GET',
      path: '/reports?limit=1',
      headers: { Origin: 'https://app.example.com' },
    },
  ],
  [
    'with the name of the request and a trace',
    {
      as: SAM,
      method: 'GET',
      path: '/reports?limit=1',
      headers: {
        'X-Request-Id': 'mine-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    },
  ],
  ['with a wrong query', { as: SAM, method: 'GET', path: '/reports?limit=%00&cursor=a%2Bb%20c' }],
  ['with a query that is no UTF-8', { as: SAM, method: 'GET', path: '/reports?cursor=%E0%A4%A' }],
  ['for a run', { as: SAM, method: 'GET', path: '/reports/{run}' }],
  ['for the head of a run', { as: SAM, method: 'HEAD', path: '/reports/{run}' }],
  ['for what is not there', { as: SAM, method: 'GET', path: '/reports/caf%C3%A9%20%23' }],
  ['for no route', { as: SAM, method: 'GET', path: '/nothing/here' }],
  ['by a method that is none of it', { as: SAM, method: 'PATCH', path: '/reports' }],
  ['for the methods', { method: 'OPTIONS', path: '/reports/{run}' }],
  ['for a download', { as: SAM, method: 'GET', path: '/reports/{run}/download?format=csv' }],
  ['for a download of no format', { as: SAM, method: 'GET', path: '/reports/{run}/download' }],
  ['to cancel what is done', { as: SAM, method: 'DELETE', path: '/reports/{run}' }],
  ['for a report', post('{"kind":"ageing"}')],
  [
    'for one in another case of its header',
    post('{"kind":"ageing"}', { 'Content-Type': 'application/json;charset=UTF-8' }),
  ],
  ['with text beyond ASCII', post('{"kind":"💶é漢"}')],
  ['with what is no JSON', post('{"kind":')],
  [
    'with what is no UTF-8',
    post(Buffer.from([0x7b, 0xff, 0x7d]), { 'Content-Type': 'application/json; charset=utf-8' }),
  ],
  ['with an empty body', post('')],
  [
    'with another type',
    post('kind=ageing', { 'Content-Type': 'application/x-www-form-urlencoded' }),
  ],
  ['with a packed body', post('x', { ...JSON_TYPE, 'Content-Encoding': 'gzip' })],
  ['with a body that is too long', post(' '.repeat(64 * 1024 + 1))],
  ['to replace a schedule', putSchedule({ 'If-Match': '*' })],
  ['to replace a stale schedule', putSchedule({ 'If-Match': '"999"' })],
  ['to make one that is there', putSchedule({})],
  [
    'for what is known already',
    {
      as: ALEX,
      method: 'GET',
      path: '/report-schedules/packed',
      headers: { 'If-None-Match': '*', Cookie: 'a=1; b=2' },
    },
  ],
  ['for the page of a link', { method: 'GET', path: '/report-links/{link}' }],
  ['for the file of a link', { method: 'GET', path: '/report-links/{link}/pdf' }],
  ['for a link that is none', { method: 'GET', path: '/report-links/x' }],
  [
    'to unsubscribe by one click',
    {
      method: 'POST',
      path: '/report-links/{link}/unsubscribe',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    },
  ],
];

/** What a connection says of itself, and what API Gateway counts itself. */
const OF_CONNECTIONS = ['connection', 'keep-alive', 'transfer-encoding', 'date', 'content-length'];

/** What differs between two answers to the same: ids, times and signatures. */
const shown = (text: string): string =>
  text
    .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, (id) => (id === runId ? id : '<id>'))
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/X-Amz-(Date|Signature)=\w+/g, 'X-Amz-$1=<…>')
    .replaceAll(/\b00-[0-9a-f]{32}-[0-9a-f]{16}-01\b/g, (trace) =>
      trace.startsWith('00-0af76519') ? trace : '<trace>',
    )
    .replaceAll(/"version":\d+|^"\d+"$/g, '<version>');

function comparable({ status, headers, text }: { status: number; headers: Headers; text: string }) {
  const kept = [...headers].filter(([name]) => !OF_CONNECTIONS.includes(name));
  return {
    status,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, shown(value)])),
    text: shown(text),
  };
}

async function both({ as, method, path: template, headers = {}, body }: Call) {
  const path = template.replace('{run}', runId).replace('{link}', link);
  const sent = { ...(as && { Authorization: `Bearer ${api.pool.tokenFor(as)}` }), ...headers };
  const response = await fetch(api.url + path, {
    method,
    headers: sent,
    redirect: 'manual',
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const overSocket = {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  };
  const event = gatewayEvent({ method, path, headers: sent, ...(body !== undefined && { body }) });
  return { overSocket, packed: gatewayAnswer(await packaged(event, {})) };
}

it('answers the making of a schedule as the socket does', async () => {
  const { overSocket, packed } = await both(putSchedule({}));
  // The second finds what the first has made.
  expect([overSocket.status, packed.status]).toEqual([201, 428]);
});

test.each(CALLS)('answers a call %s as the socket does', async (_what, call) => {
  const { overSocket, packed } = await both(call);
  expect(comparable(packed)).toEqual(comparable(overSocket));
  expect(packed.status).toBeLessThan(500);
});

it('is told of all kinds of answers by these calls', async () => {
  const statuses = await Promise.all(
    CALLS.map(async ([, call]) => (await both(call)).packed.status),
  );
  const all = [200, 202, 204, 302, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 428];
  expect([...new Set(statuses)].sort()).toEqual(all);
});

it('logs each request once, as answered, without its token or link', async () => {
  const before = api.logged.length;
  const Authorization = `Bearer ${api.pool.tokenFor(SAM)}`;
  await packaged(gatewayEvent({ method: 'GET', path: '/reports', headers: { Authorization } }), {});
  await packaged(gatewayEvent({ method: 'GET', path: `/report-links/${link}` }), {});
  const lines = api.logged.slice(before);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { msg: 'request', status: 200, route: '/reports' },
    { msg: 'request', status: 200, route: '/report-links/:token' },
  ]);
  expect(lines.join('')).not.toContain(link);
  expect(lines.join('')).not.toContain(Authorization.slice(-40));
});

it('frees the room of each request that it has answered', async () => {
  const event = () => gatewayEvent({ method: 'GET', path: '/report-links/x' });
  const statuses = new Set<number>();
  // More than are let in at once.
  for (let call = 0; call < 250; call += 1) {
    statuses.add(gatewayAnswer(await packaged(event(), {})).status);
  }
  expect([...statuses]).toEqual([404]);
});
