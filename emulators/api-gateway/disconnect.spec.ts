import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { ConnectEvent, DisconnectEvent } from './gateway-event.ts';
import { startGateway, TestClient } from './testing/running-gateway.ts';
import type { GatewayOptions } from './websocket-gateway.ts';

async function start(options: Partial<GatewayOptions> = {}) {
  const connects: ConnectEvent[] = [];
  const ends: DisconnectEvent[] = [];
  const one = await startGateway({
    ...options,
    routes: {
      $connect: (event: ConnectEvent) => {
        connects.push(event);
        return { statusCode: 200 };
      },
      $disconnect: (event: DisconnectEvent) => {
        ends.push(event);
        return { statusCode: 200 };
      },
      ...options.routes,
    },
  });
  const ended = (count: number) => expect.poll(() => ends.length).toBe(count);
  return { ...one, connects, ends, ended };
}

test('the event names the connection and carries what the authorizer said', async () => {
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const now = Date.UTC(2026, 10, 22, 21, 5, 9);
  const { url, connects, ends, ended, port } = await start({
    clock: () => now,
    authorizer: {
      handler: () => ({ principalId: 'ada', policyDocument: { Statement }, context: { n: 1 } }),
    },
  });
  const client = await TestClient.open(url, [], { headers: { 'User-Agent': 'spec' } });
  client.socket.close(4001, 'bye');
  await ended(1);
  const host = `127.0.0.1:${port}`;
  expect(ends[0]).toEqual({
    headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: {
      Host: [host],
      'x-api-key': [''],
      'X-Forwarded-For': [''],
      'x-restapi': [''],
    },
    requestContext: {
      routeKey: '$disconnect',
      disconnectStatusCode: 4001,
      authorizer: { principalId: 'ada', n: '1' },
      eventType: 'DISCONNECT',
      extendedRequestId: ends[0]?.requestContext.requestId,
      requestTime: '22/Nov/2026:21:05:09 +0000',
      messageDirection: 'IN',
      disconnectReason: 'bye',
      stage: 'realtime',
      connectedAt: connects[0]?.requestContext.connectedAt,
      requestTimeEpoch: now,
      identity: { sourceIp: '127.0.0.1', userAgent: 'spec' },
      requestId: ends[0]?.requestContext.requestId,
      domainName: host,
      connectionId: connects[0]?.requestContext.connectionId,
      apiId: 'local',
    },
    isBase64Encoded: false,
  });
  expect(ends[0]?.requestContext.requestId).toMatch(/^[\w-]{15}=$/);
});

test.each([
  [
    'with 1000',
    (client: TestClient) => client.socket.close(1000),
    1000,
    'Connection Closed Normally',
  ],
  [
    'with no code',
    (client: TestClient) => client.socket.close(),
    1005,
    'Client-side close frame status not set',
  ],
  ['with 1001', (client: TestClient) => client.socket.close(1001, 'page left'), 1001, 'page left'],
  ['without a word', (client: TestClient) => client.socket.terminate(), 1006, ''],
])('a client that leaves %s', async (_how, leave, code, reason) => {
  const { url, ends, ended, gateway } = await start();
  const client = await TestClient.open(url);
  leave(client);
  await ended(1);
  expect(ends[0]?.requestContext).toMatchObject({
    disconnectStatusCode: code,
    disconnectReason: reason,
  });
  expect(gateway.connectionCount).toBe(0);
});

test('a refused handshake has no end', async () => {
  const { url, ends, ended } = await start({
    routes: { $connect: ({ headers }: ConnectEvent) => ({ statusCode: headers['X'] ? 200 : 401 }) },
  });
  await once(new TestClient(url).socket, 'error');
  const client = await TestClient.open(url, [], { headers: { X: '1' } });
  client.socket.close(1000);
  await ended(1);
  expect(ends).toHaveLength(1);
});

test('a $disconnect that fails is logged and harms nobody', async () => {
  const { url, failures } = await start({
    routes: { $disconnect: () => Promise.reject(new Error('boom')) },
  });
  const staying = await TestClient.open(url);
  const leaving = await TestClient.open(url);
  leaving.socket.close();
  await expect.poll(() => failures.length).toBe(1);
  expect(staying.socket.readyState).toBe(staying.socket.OPEN);
});

test('a $disconnect can be lost, as AWS promises none', async () => {
  let probability = 1;
  const { url, ends, ended, gateway } = await start({ dropDisconnects: () => probability });
  const silent = await TestClient.open(url);
  silent.socket.close();
  await expect.poll(() => gateway.connectionCount).toBe(0);
  probability = 0;
  const loud = await TestClient.open(url);
  loud.socket.close(1000);
  await ended(1);
  expect(ends).toMatchObject([{ requestContext: { disconnectStatusCode: 1000 } }]);
});
