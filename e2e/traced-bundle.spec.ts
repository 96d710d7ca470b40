import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { startOtlpReceiver } from '@ordercast/platform/testing/otlp-receiver.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { startDynalite } from '@ordercast/websocket/testing/running-dynamodb.ts';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { bundledFunction } from './testing/bundled-function.ts';
import { importAlone } from './testing/invoked-bundle.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SEGMENT = '00f067aa0ba902b7';
/** Measured: 1.3 (docs/adr/0018-traces.md). */
const MAX_START_RATIO = 2;

const dynalite = await startDynalite();
const pool = await startTestUserPool();
afterAll(() => pool.close());
const bundle = bundledFunction('realtime');

/** The function `connect` as Lambda would start it; X-Ray has decided over this call before. */
async function traced(variables: Record<string, string>, sampled = true) {
  const prefix = await dynalite.freshTables();
  return importAlone(bundle.module(), {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynalite.port}`,
    TABLE_PREFIX: prefix,
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_ID: pool.clientId,
    ALLOWED_ORIGINS: 'https://shop.example.com',
    LOG_LEVEL: 'silent',
    LAMBDA_TASK_ROOT: dirname(bundle.module()),
    _HANDLER: 'lambda.connect',
    _X_AMZN_TRACE_ID: `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SEGMENT};Sampled=${Number(sampled)}`,
    NODE_OPTIONS: `--enable-source-maps --import=${join(bundle.folder(), 'tracing.mjs')}`,
    OTEL_SERVICE_NAME: 'realtime',
    ...variables,
  });
}

function connectEvent() {
  const now = realTimeMs();
  return {
    headers: { 'Sec-WebSocket-Protocol': 'ordercast.v1, bearer.secret-token' },
    requestContext: {
      connectionId: 'one',
      connectedAt: now,
      domainName: 'live.example.com',
      stage: 'realtime',
      requestId: 'r',
      authorizer: {
        sub: 'ada',
        groups: '[]',
        expiresAt: String(now + 60_000),
        issuedAt: String(now),
      },
    },
  };
}

it('a bundled function sends its call within what Lambda traces, and what it asks of DynamoDB within that', async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const { invoke } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  expect(await invoke('connect', connectEvent())).toMatchObject({ statusCode: 200 });

  // All is there once the call is answered.
  const call = receiver.spans.find(({ name }) => name === 'connect');
  expect(call).toMatchObject({
    traceId: TRACE,
    parentSpanId: SEGMENT,
    service: 'realtime',
    attributes: { 'faas.coldstart': true },
  });
  const puts = receiver.spans.filter(({ name }) => name === 'DynamoDB.PutItem');
  expect(puts.length).toBeGreaterThan(0);
  for (const put of puts) {
    expect(put).toMatchObject({ traceId: TRACE, parentSpanId: call?.spanId });
  }
  expect(receiver.sent()).not.toContain('secret-token');
  expect(receiver.sent()).not.toContain('ada');
});

it('a bundled function sends to the X-Ray daemon that Lambda keeps beside it', async () => {
  const daemon = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void daemon.close());
  await once(daemon, 'listening');
  const datagrams: string[] = [];
  daemon.on('message', (message) => datagrams.push(message.toString('utf8')));
  const { invoke } = await traced({
    OTEL_TRACES_EXPORTER: 'xray',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
  });
  expect(await invoke('connect', connectEvent())).toMatchObject({ statusCode: 200 });

  const spans = () => datagrams.map((text) => Buffer.from(text.split('T1S')[1] ?? '', 'base64'));
  await expect.poll(() => spans().some((bytes) => bytes.includes('DynamoDB.PutItem'))).toBe(true);
  for (const text of datagrams) {
    expect(text).toMatch(/^\{"format":"json","version":1\}\nT1S[\w+/]+=*$/);
  }
  expect(spans().some((bytes) => bytes.includes(Buffer.from(TRACE, 'hex')))).toBe(true);
});

it('a bundled function sends nothing of a call that X-Ray leaves out', async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const { invoke } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }, false);
  expect(await invoke('connect', connectEvent())).toMatchObject({ statusCode: 200 });
  expect(receiver.requests()).toBe(0);
});

it('a bundled function answers where nobody takes its spans, or somebody who does not answer', async () => {
  const silent = await startOtlpReceiver({ isSilent: true });
  onTestFinished(() => silent.close());
  const nowhere: Record<string, string>[] = [
    { OTEL_EXPORTER_OTLP_ENDPOINT: silent.endpoint },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    { OTEL_TRACES_EXPORTER: 'xray', AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:1' },
    { OTEL_TRACES_EXPORTER: 'xray', AWS_XRAY_DAEMON_ADDRESS: 'nowhere.invalid:2000' },
  ];
  for (const variables of nowhere) {
    const { invoke } = await traced(variables);
    expect(await invoke('connect', connectEvent())).toMatchObject({ statusCode: 200 });
    expect(await invoke('connect', connectEvent())).toMatchObject({ statusCode: 200 });
  }
  expect(silent.requests()).toBeGreaterThan(0);
});

it('tracing costs a bundled function less than it costs itself to start', async () => {
  const least = { traced: Infinity, plain: Infinity };
  // In turn, so that what else this machine does weighs on both; it can only add to what is needed.
  for (let run = 0; run < 7; run += 1) {
    const on = await traced({ OTEL_TRACES_EXPORTER: 'xray' });
    const off = await traced({ NODE_OPTIONS: '--enable-source-maps' });
    least.traced = Math.min(least.traced, on.startMs);
    least.plain = Math.min(least.plain, off.startMs);
  }
  expect(least.traced / least.plain).toBeLessThan(MAX_START_RATIO);
});
