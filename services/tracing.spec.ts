import { join } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { startOtlpReceiver } from '@ordercast/platform/testing/otlp-receiver.ts';
import type { OtlpReceiver, ReceivedSpan } from '@ordercast/platform/testing/otlp-receiver.ts';
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
    call: (path: string, init: RequestInit = {}) =>
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

const SERVER = 2;
const byName = (name: string | RegExp) => (span: ReceivedSpan) =>
  typeof name === 'string' ? span.name === name : name.test(span.name);

describe('a traced API', () => {
  it('debug', async () => {
    const api = await startApi();
    const res = await api.call('/orders?q=secret-query', {});
    await api.call('/orders', {
      method: 'POST',
      headers: { 'Idempotency-Key': 'k1' },
      body: JSON.stringify({ lines: [{ productId: 'tea', quantity: 1 }], note: 'secret-note' }),
    });
    await api.call('/health/ready');
    await api.stop();
    for (const s of receiver.spans)
      console.log(
        s.kind,
        s.name,
        s.traceId.slice(0, 6),
        s.spanId.slice(0, 6),
        '<-',
        s.parentSpanId?.slice(0, 6),
        JSON.stringify(s.attributes),
        JSON.stringify(s.events),
        JSON.stringify(s.status),
      );
    console.log(api.child.lines.join('\n'));
    expect(res.status).toBe(200);
    void SERVER;
    void byName;
    void startTdsServer;
  });
});
