import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type {
  AuthorizerEvent,
  ConnectEvent,
  DisconnectEvent,
  MessageEvent,
} from './gateway-event.ts';
import { refusal, startGateway, TestClient } from './testing/running-gateway.ts';

// A handshake by hand, for what no client of ws would send.
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket';

const ARN_OF_CONNECT = 'arn:aws:execute-api:us-east-1:000000000000:local/realtime/$connect';

function policy(
  Effect: 'Allow' | 'Deny',
  context?: Record<string, unknown>,
  Resource = ARN_OF_CONNECT,
) {
  const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource }];
  return { principalId: 'ada', policyDocument: { Version: '2012-10-17', Statement }, context };
}

const identitySource = ['route.request.header.Sec-WebSocket-Protocol'];

test('the authorizer sees the handshake, and every later event what it said', async () => {
  const seen: AuthorizerEvent[] = [];
  const connects: ConnectEvent[] = [];
  const { url, port } = await startGateway({
    clock: () => Date.UTC(2026, 10, 22, 21, 5, 9, 7),
    authorizer: {
      identitySource,
      handler: (event: AuthorizerEvent) => {
        seen.push(event);
        return policy('Allow', { sub: 'u1', admin: true, level: 3, nothing: null });
      },
    },
    routes: {
      $connect: (event: ConnectEvent) => {
        connects.push(event);
        return { statusCode: 200, headers: { 'sec-websocket-protocol': 'ordercast.v1' } };
      },
    },
  });
  const client = await TestClient.open(`${url}?a=1&a=2&b=%C3%A9?`, ['ordercast.v1', 'bearer.x'], {
    headers: { 'User-Agent': 'spec' },
    finishRequest: (request) => {
      request.setHeader('X-Twice', ['one', 'two']);
      request.end();
    },
  });
  expect(client.socket.protocol).toBe('ordercast.v1');

  const requestContext = {
    routeKey: '$connect',
    eventType: 'CONNECT',
    messageDirection: 'IN',
    stage: 'realtime',
    domainName: `127.0.0.1:${port}`,
    apiId: 'local',
    identity: { sourceIp: '127.0.0.1', userAgent: 'spec' },
    connectedAt: Date.UTC(2026, 10, 22, 21, 5, 9, 7),
    requestTimeEpoch: Date.UTC(2026, 10, 22, 21, 5, 9, 7),
    requestTime: '22/Nov/2026:21:05:09 +0000',
  };
  expect(seen).toMatchObject([
    {
      type: 'REQUEST',
      methodArn: ARN_OF_CONNECT,
      headers: { 'Sec-WebSocket-Protocol': 'ordercast.v1,bearer.x', 'X-Forwarded-Proto': 'http' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['é?'] },
      stageVariables: {},
      requestContext,
    },
  ]);
  expect(seen[0]?.requestContext.authorizer).toBeUndefined();
  expect(connects).toMatchObject([
    {
      headers: { Host: `127.0.0.1:${port}`, 'X-Twice': 'two', 'X-Forwarded-For': '127.0.0.1' },
      multiValueHeaders: { 'X-Twice': ['one', 'two'] },
      queryStringParameters: { a: '2', b: 'é?' },
      requestContext: {
        ...requestContext,
        authorizer: { principalId: 'ada', sub: 'u1', admin: 'true', level: '3', nothing: null },
      },
      isBase64Encoded: false,
    },
  ]);
  const [connect] = connects;
  expect(connect?.requestContext.connectionId).toBe(seen[0]?.requestContext.connectionId);
  expect(connect).not.toHaveProperty('body');
  expect(connect?.headers).not.toHaveProperty('Connection');
});

test('a client cannot show a handler two spellings of a header, nor forge where it comes from', async () => {
  const connects: ConnectEvent[] = [];
  const { port } = await startGateway({
    routes: { $connect: (event: ConnectEvent) => (connects.push(event), { statusCode: 200 }) },
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}\r\nSec-WebSocket-Version: 13\r\n` +
      'X-Role: one\r\nx-role: two\r\nx-forwarded-for: 10.0.0.1\r\n__proto__: polluted\r\n\r\n',
  );
  await once(socket, 'data');
  socket.destroy();
  const [event] = connects;
  expect(event?.headers).toMatchObject({ 'X-Role': 'two', 'X-Forwarded-For': '127.0.0.1' });
  expect(event?.multiValueHeaders).toMatchObject({ 'X-Role': ['one', 'two'] });
  expect(
    Object.keys(event?.headers ?? {}).filter((name) => /role|forwarded-for/i.test(name)),
  ).toEqual(['X-Role', 'X-Forwarded-For']);
  expect(Object.hasOwn(event?.headers ?? {}, '__proto__')).toBe(true);
});

test('without its identity source the answer is 401, and the authorizer is not asked', async () => {
  let asked = 0;
  const handler = () => ((asked += 1), policy('Allow'));
  const { url } = await startGateway({ authorizer: { handler, identitySource } });
  expect(await refusal(url)).toMatchObject({ status: 401, errorType: 'UnauthorizedException' });
  expect(asked).toBe(0);
  await TestClient.open(url, [], { headers: { 'Sec-WebSocket-Protocol': 'any' } }).catch(() => 0);
  expect(asked).toBe(1);
});

test.each(['?q=%ED%A0%80', '?q=%E9', '?%FF=1', '?q=100%'])(
  'a query that is not percent-encoded UTF-8 (%s) is 400, and nobody is asked',
  async (query) => {
    let asked = 0;
    const handler = () => ((asked += 1), policy('Allow'));
    const { url } = await startGateway({ authorizer: { handler } });
    expect(await refusal(url + query)).toMatchObject({
      status: 400,
      errorType: 'BadRequestException',
    });
    expect(asked).toBe(0);
  },
);

test('an identity source may be in the query string', async () => {
  const { url } = await startGateway({
    authorizer: {
      handler: () => policy('Allow'),
      identitySource: ['route.request.querystring.key'],
    },
  });
  expect((await refusal(`${url}?key=`)).status).toBe(401);
  await TestClient.open(`${url}?key=1`);
});

test.each([
  ['throws Unauthorized', () => Promise.reject(new Error('Unauthorized')), 401],
  ['throws something else', () => Promise.reject(new Error('database down')), 500],
  ['denies', () => policy('Deny'), 403],
  [
    'allows another method',
    () => policy('Allow', undefined, ARN_OF_CONNECT.replace('$connect', 'other')),
    403,
  ],
  ['answers nothing', () => undefined, 500],
  ['answers no policy', () => ({ principalId: 'ada' }), 500],
  ['puts an object into the context', () => policy('Allow', { claims: {} }), 500],
  ['answers more than 8 KB', () => policy('Allow', { text: 'x'.repeat(8_192) }), 500],
  ['takes too long', () => new Promise(() => undefined), 500],
])('an authorizer that %s', async (_what, handler, status) => {
  let connects = 0;
  const { url, gateway } = await startGateway({
    authorizer: { handler },
    limits: { integrationTimeoutMs: 100 },
    routes: { $connect: () => ((connects += 1), { statusCode: 200 }) },
  });
  const answer = await refusal(url);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toHaveProperty('connectionId');
  expect(connects).toBe(0);
  expect(gateway.connectionCount).toBe(0);
});

test.each([
  ['401', { statusCode: 401 }, 401],
  ['a text', { statusCode: '403' }, 403],
  ['a redirect', { statusCode: 302 }, 302],
  ['500', { statusCode: 500, body: 'secret' }, 500],
  ['an unknown status', { statusCode: 599 }, 502],
  ['no status', { body: 'ok' }, 502],
  ['an unknown field', { statusCode: 200, Data: 'x' }, 502],
  ['nothing', undefined, 502],
  [
    'a protocol that would split the header',
    { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'a\r\nX: y' } },
    502,
  ],
])('$connect that returns %s refuses', async (_what, response, status) => {
  const { url } = await startGateway({ routes: { $connect: () => response } });
  const answer = await refusal(url, ['a']);
  expect(answer.status).toBe(status);
  expect(answer.body).not.toContain('secret');
});

test('$connect that throws is 502, one that takes too long 504', async () => {
  const { url, failures } = await startGateway({
    limits: { integrationTimeoutMs: 100 },
    routes: {
      $connect: ({ queryStringParameters }: ConnectEvent) => {
        if (queryStringParameters) return new Promise(() => undefined);
        throw new Error('boom');
      },
    },
  });
  expect(await refusal(url)).toMatchObject({ status: 502 });
  expect(await refusal(`${url}?slow=1`)).toMatchObject({ status: 504 });
  expect(failures).toHaveLength(2);
});

test('the subprotocol is the one that $connect returned, and none where it returned none', async () => {
  const { url } = await startGateway({
    routes: {
      $connect: ({ queryStringParameters }: ConnectEvent) => ({
        statusCode: 200,
        ...(queryStringParameters && {
          multiValueHeaders: { 'Sec-WebSocket-Protocol': ['b'] },
        }),
      }),
    },
  });
  const chosen = await TestClient.open(`${url}?choose=1`, ['a', 'b']);
  expect(chosen.socket.protocol).toBe('b');
  const none = new TestClient(url, ['a', 'b']);
  expect(String(await once(none.socket, 'error'))).toContain('Server sent no subprotocol');
});

test('more new connections than the rate allows are answered 429', async () => {
  let now = 1_000;
  const { url } = await startGateway({
    clock: () => now,
    limits: { connectsPerSecond: 2, connectsBurst: 2 },
  });
  await TestClient.open(url);
  await TestClient.open(url);
  expect(await refusal(url)).toMatchObject({ status: 429, errorType: 'LimitExceededException' });
  now += 500;
  await TestClient.open(url);
});

test('another path is 403', async () => {
  const { url } = await startGateway();
  expect(await refusal(`${url}/more`)).toMatchObject({ status: 403 });
  expect(await refusal(url.replace('realtime', 'other'))).toMatchObject({ status: 403 });
  await TestClient.open(`${url}/`);
});

test.each([
  ['no key', `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\nSec-WebSocket-Version: 13`, 400],
  [
    'a bad key',
    `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x`,
    400,
  ],
  ['no version', `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}`, 400],
  [
    'version 99',
    `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}\r\nSec-WebSocket-Version: 99`,
    400,
  ],
  [
    'another method',
    `POST /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}\r\nSec-WebSocket-Version: 13`,
    405,
  ],
  [
    'another upgrade',
    `GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${KEY}\r\nSec-WebSocket-Version: 13`,
    400,
  ],
  [
    'a broken protocol list',
    `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a,,b`,
    400,
  ],
])('a handshake with %s is refused before any handler runs', async (_what, head, status) => {
  let connects = 0;
  const { port } = await startGateway({
    routes: { $connect: () => ((connects += 1), { statusCode: 200 }) },
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
  expect(connects).toBe(0);
});

test('frames sent along with the handshake wait for $connect, and are then taken', async () => {
  const bodies: unknown[] = [];
  let admit: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    admit = resolve;
  });
  const { port } = await startGateway({
    routes: {
      $connect: () => asked.then(() => ({ statusCode: 200 })),
      $default: (event: MessageEvent) => (bodies.push(event.body), undefined),
    },
  });
  const socket = connect(port, '127.0.0.1');
  const handshake = `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
  const masked = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
  socket.write(Buffer.concat([Buffer.from(handshake), masked]));
  await once(socket, 'connect');
  expect(bodies).toEqual([]);
  admit();
  let received = '';
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.includes('Internal server error')) break;
  }
  expect(received).toMatch(/^HTTP\/1.1 101 /);
  expect(bodies).toEqual(['hi']);
  socket.destroy();
});

test('a client that left while $connect ran is reported by $disconnect', async () => {
  let admit: (response: unknown) => void = () => undefined;
  let started: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  let reported: (event: DisconnectEvent) => void = () => undefined;
  const disconnected = new Promise<DisconnectEvent>((resolve) => {
    reported = resolve;
  });
  const { port, gateway } = await startGateway({
    routes: {
      $connect: () => {
        started();
        return new Promise((resolve) => {
          admit = resolve;
        });
      },
      $disconnect: (event: DisconnectEvent) => (reported(event), { statusCode: 200 }),
    },
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /realtime HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await running;
  socket.resetAndDestroy();
  await once(socket, 'close');
  admit({ statusCode: 200 });
  expect((await disconnected).requestContext.disconnectStatusCode).toBe(1006);
  expect(gateway.connectionCount).toBe(0);
});
