import { join } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { startOtlpReceiver } from '@ordercast/platform/testing/otlp-receiver.ts';
import type { OtlpReceiver, ReceivedSpan } from '@ordercast/platform/testing/otlp-receiver.ts';
import { PRINT_LOADED } from '@ordercast/platform/testing/print-loaded.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ADA, insertTestProducts } from './testing/test-api.ts';
import { openTestDatabase } from './testing/test-database.ts';
import type { TestDatabase } from './testing/test-database.ts';

const API = join(import.meta.dirname, 'api.ts');
const TRACING = join(import.meta.dirname, '../platform/tracing/main.ts');
const portSchema = z.object({ port: z.number() });

let database: TestDatabase;
let pool: TestUserPool;
let receiver: OtlpReceiver;
beforeEach(async () => {
  [database, pool, receiver] = await Promise.all([
    openTestDatabase(),
    startTestUserPool(),
    startOtlpReceiver(),
  ]);
  await insertTestProducts(database.db);
  return async () => {
    await Promise.all([database.close(), pool.close(), receiver.close()]);
  };
});

/** The API as it is deployed, with tracing loaded before it. */
async function startApi(settings: Record<string, string> = {}) {
  const child = startChild(API, {
    NODE_OPTIONS: `--import=${TRACING}`,
    PORT: '0',
    HOST: '127.0.0.1',
    DRAIN_DELAY_MS: '0',
    DATABASE_URL: database.url,
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_ID: pool.clientId,
    COGNITO_ENDPOINT: pool.endpoint,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_SERVICE_NAME: 'api',
    ...settings,
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child.ended;
  });
  const { port } = portSchema.parse(JSON.parse(await child.lineWith('listening')));
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    call: (path: string, init: { method?: string; body?: string; headers?: object } = {}) =>
      fetch(url + path, {
        ...init,
        headers: {
          Authorization: `Bearer ${pool.tokenFor(ADA)}`,
          'Content-Type': 'application/json',
          ...init.headers,
        },
      }),
    /** Ends it, so that all is sent that will ever be. */
    stop: async () => {
      child.kill('SIGTERM');
      expect(await child.ended).toEqual({ code: 0, signal: null });
    },
  };
}

const byName = (name: string) => (span: ReceivedSpan) => span.name === name;
const place = (api: Pick<Awaited<ReturnType<typeof startApi>>, 'call'>, headers = {}) =>
  api.call('/orders', {
    method: 'POST',
    headers,
    body: JSON.stringify({ lines: [{ productId: 'tea', quantity: 1 }], note: 'note-hunter2' }),
  });

function one(name: string): ReceivedSpan {
  const span = receiver.spans.find(byName(name));
  if (span === undefined) {
    throw new Error(`No ${name} among ${receiver.spans.map((sent) => sent.name).join(', ')}`);
  }
  return span;
}

describe('a traced API', () => {
  it('sends one tree of a request: server, route, statements, calls of AWS', async () => {
    const api = await startApi();
    expect((await place(api)).status).toBe(201);
    await api.stop();

    const request = one('POST /orders');
    expect(request).toMatchObject({ service: 'api', kind: 2 });
    expect(request.parentSpanId ?? '').toBe('');
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/orders',
      'http.response.status_code': 201,
    });
    const handler = one('request handler');
    expect(handler.parentSpanId).toBe(request.spanId);
    const insert = receiver.spans.find(
      ({ attributes }) => attributes['db.collection.name'] === 'order_lines',
    );
    expect(insert).toMatchObject({ parentSpanId: handler.spanId, kind: 3 });
    expect(insert?.attributes['db.query.text']).toMatch(/^insert into .* values \(\?, /);
    expect(one('CognitoIdentityProvider.GetUser')).toMatchObject({
      parentSpanId: handler.spanId,
      attributes: { 'rpc.service': 'CognitoIdentityProvider', 'rpc.method': 'GetUser' },
    });
    // The pool's keys, by undici.
    expect(one('GET')).toMatchObject({ parentSpanId: handler.spanId, kind: 3 });
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(
      new Set([request.traceId]),
    );
  });

  it('sends what tedious asks of SQL Server within what knex does', async () => {
    const server = await startTdsServer();
    onTestFinished(() => server.close());
    const api = await startApi({
      DATABASE_URL: `mssql://app:hunter2@127.0.0.1:${server.port}/shop?encrypt=false`,
    });
    expect((await api.call('/products')).status).toBe(200);
    await api.stop();

    const select = one('select shop.products');
    expect(select.parentSpanId).toBe(one('request handler').spanId);
    const statement = receiver.spans.find(({ parentSpanId }) => parentSpanId === select.spanId);
    expect(statement?.attributes['db.system.name']).toBe('microsoft.sql_server');
    expect(statement?.attributes['db.query.text']).toMatch(/^select .* from \[products\]/);
  });

  it("goes on with the caller's trace, and tells of its own in the answer and the log", async () => {
    const api = await startApi();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answer = await place(api, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    const line = await api.child.lineWith('"status":201');
    await api.stop();

    const request = one('POST /orders');
    expect(request).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7' });
    const traceparent = `00-${traceId}-${request.spanId}-01`;
    expect(answer.headers.get('traceparent')).toBe(traceparent);
    expect(JSON.parse(line)).toMatchObject({
      traceparent,
      trace_id: traceId,
      span_id: request.spanId,
    });
    expect(await database.db('outbox').pluck('traceparent')).toEqual([
      expect.stringContaining(traceId),
    ]);
  });

  it('sends nothing that people or programs keep to themselves', async () => {
    const token = pool.tokenFor(ADA);
    const api = await startApi();
    await place(api, {
      'Idempotency-Key': 'key-hunter2',
      'Ordercast-Gateway-Secret': 'gateway-hunter2-gateway-hunter2-42',
      'User-Agent': 'agent-hunter2',
      Cookie: 'cookie-hunter2',
    });
    await api.call('/orders?q=query-hunter2');
    await api.call('/orders/path-hunter2');
    await api.call('/no-hunter2?access_token=hunter2');
    await api.stop();

    expect(receiver.spans.filter(byName('GET /orders'))).toHaveLength(1);
    expect(receiver.spans.filter(byName('GET /orders/:id'))).toHaveLength(1);
    for (const secret of ['hunter2', token, ADA.sub, ADA.name, ADA.email]) {
      expect(receiver.sent()).not.toContain(secret);
    }
  });

  it('sends nothing of those who look whether it is well', async () => {
    const api = await startApi();
    expect((await api.call('/health/ready')).status).toBe(200);
    expect((await api.call('/health/live')).status).toBe(200);
    await api.call('/products');
    await api.stop();
    const requests = receiver.spans.filter(({ kind }) => kind === 2);
    expect(requests.map(({ name }) => name)).toEqual(['GET /products']);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('sends the share that it is told, and what its caller sends', async () => {
    const api = await startApi({
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    await api.call('/products');
    await place(api, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    await api.stop();
    expect(receiver.spans.filter(({ kind }) => kind === 2).map(({ name }) => name)).toEqual([
      'POST /orders',
    ]);
  });
});

describe('where there is no collector, or one that answers nobody,', () => {
  it('requests are answered and the program stops well', async () => {
    const silent = await startOtlpReceiver({ isSilent: true });
    onTestFinished(() => silent.close());
    for (const endpoint of [silent.endpoint, 'http://127.0.0.1:1']) {
      const api = await startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
      expect((await place(api)).status).toBe(201);
      await api.stop();
      const lines = api.child.lines.join('\n');
      expect(lines).toContain('"stopped"');
      expect(lines.match(/Traces cannot be sent/g)).toHaveLength(1);
      expect(lines).not.toContain('did not stop in time');
    }
    expect(silent.requests()).toBeGreaterThan(0);
  });
});

describe('an API that is not traced', () => {
  it('loads nothing of what traces', async () => {
    const options = { NODE_OPTIONS: `${PRINT_LOADED} --import=${TRACING}` };
    const off = await startApi({ ...options, OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    expect((await off.call('/products')).status).toBe(200);
    await off.stop();
    expect(off.child.lines.filter((line) => line.includes('"loads"'))).toEqual([]);

    const on = await startApi(options);
    expect(on.child.lines.join('\n')).toContain('@opentelemetry/sdk-trace');
  });

  it('does not start with a variable of tracing that is wrong, and says which', async () => {
    const child = startChild(API, {
      NODE_OPTIONS: `--import=${TRACING}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://user:hunter2@collector',
      OTEL_TRACES_SAMPLER: 'hunter2',
      OTEL_TRACES_SAMPLER_ARG: '5 %',
    });
    expect((await child.ended).code).toBe(1);
    const text = child.lines.join('\n');
    expect(text).toContain('OTEL_EXPORTER_OTLP_ENDPOINT: must be an address such as');
    expect(text).toContain('OTEL_TRACES_SAMPLER: must be one of parentbased_always_on, ');
    expect(text).toContain('OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1');
    expect(text).not.toContain('hunter2');
  });
});
