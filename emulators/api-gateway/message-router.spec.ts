import { expect, test } from 'vitest';
import type { MessageEvent } from './gateway-event.ts';
import { startGateway, TestClient } from './testing/running-gateway.ts';

test('a message goes to the route that it names, else to $default', async () => {
  const seen: unknown[] = [];
  const handler = ({ body, requestContext }: MessageEvent) => {
    seen.push([requestContext.routeKey, body]);
    return { statusCode: 200, body: 'done' };
  };
  const { url } = await startGateway({
    routes: { join: handler, $default: handler },
    routeResponses: ['join', '$default'],
  });
  const client = await TestClient.open(url);
  for (const body of ['{"action":"join"}', '{"action":"leave"}', '{"action":"$connect"}', 'x']) {
    client.socket.send(body);
    await client.message(seen.length);
  }
  expect(seen).toEqual([
    ['join', '{"action":"join"}'],
    ['$default', '{"action":"leave"}'],
    ['$default', '{"action":"$connect"}'],
    ['$default', 'x'],
  ]);
});

test('a message event has the fields of a proxy event', async () => {
  const events: MessageEvent[] = [];
  const { url } = await startGateway({
    routes: {
      $default: (event: MessageEvent) => (events.push(event), { statusCode: 200, body: '' }),
    },
    routeResponses: ['$default'],
  });
  const client = await TestClient.open(url);
  client.socket.send('{"a":"ü"}');
  expect(await client.message()).toBe('');
  const [event] = events;
  expect(Object.keys(event ?? {}).sort()).toEqual(['body', 'isBase64Encoded', 'requestContext']);
  expect(event).toMatchObject({
    body: '{"a":"ü"}',
    isBase64Encoded: false,
    requestContext: { eventType: 'MESSAGE', messageDirection: 'IN', stage: 'realtime' },
  });
  const { requestContext } = event ?? {};
  expect(requestContext?.messageId).toMatch(/^[\w-]{15}=$/);
  expect(requestContext?.extendedRequestId).toBe(requestContext?.requestId);
  expect(requestContext?.identity).toEqual({ sourceIp: '127.0.0.1' });
});

test('without a route the client hears Forbidden, with the ids of connection and request', async () => {
  const { url } = await startGateway({ routes: { join: () => ({ statusCode: 200 }) } });
  const client = await TestClient.open(url);
  client.socket.send('{"action":"leave"}');
  expect(await client.message()).toMatch(
    /^\{"message": "Forbidden", "connectionId":"[\w-]{15}=", "requestId":"[\w-]{15}="\}$/,
  );
});

test.each([
  ['throws', () => Promise.reject(new Error('secret'))],
  [
    'throws at once',
    () => {
      throw new Error('secret');
    },
  ],
  ['returns nothing', () => undefined],
  ['returns a text', () => 'ok'],
  ['adds a field of its own', () => ({ statusCode: 200, Data: 'x' })],
])('a handler that %s is an internal server error', async (_what, handler) => {
  const { url } = await startGateway({ routes: { $default: handler } });
  const client = await TestClient.open(url);
  client.socket.send('x');
  expect(JSON.parse(await client.message())).toMatchObject({ message: 'Internal server error' });
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test('a handler that takes too long is given up, and its late answer is not sent', async () => {
  let finish: (response: unknown) => void = () => undefined;
  const { url } = await startGateway({
    limits: { integrationTimeoutMs: 50 },
    routes: {
      slow: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      $default: () => ({ statusCode: 200, body: 'next' }),
    },
    routeResponses: ['slow', '$default'],
  });
  const client = await TestClient.open(url);
  client.socket.send('{"action":"slow"}');
  expect(JSON.parse(await client.message())).toMatchObject({
    message: 'Endpoint request timed out',
  });
  finish({ statusCode: 200, body: 'late' });
  client.socket.send('x');
  expect(await client.message(1)).toBe('next');
});

test('a body goes back only from a route with a route response, whatever its status', async () => {
  const { url } = await startGateway({
    routes: {
      quiet: () => ({ statusCode: 200, body: 'not sent' }),
      loud: () => ({ statusCode: 500, body: 'sent' }),
      encoded: () => ({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }),
    },
    routeResponses: ['loud', 'encoded'],
  });
  const client = await TestClient.open(url);
  client.socket.send('{"action":"quiet"}');
  client.socket.send('{"action":"loud"}');
  expect(await client.message()).toBe('sent');
  client.socket.send('{"action":"encoded"}');
  expect(await client.message(1)).toBe('hi');
});

test('messages of one connection are handled at once, not one after the other', async () => {
  let running = 0;
  let release: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { url } = await startGateway({
    routes: {
      $default: async ({ body }: MessageEvent) => {
        running += 1;
        if (running === 5) release();
        await all;
        return { statusCode: 200, body };
      },
    },
    routeResponses: ['$default'],
  });
  const client = await TestClient.open(url);
  for (const body of ['1', '2', '3', '4', '5']) client.socket.send(body);
  await client.message(4);
  expect(client.messages.toSorted()).toEqual(['1', '2', '3', '4', '5']);
});

test('messages above the account’s rate are answered Too Many Requests', async () => {
  const { url } = await startGateway({
    clock: () => 1_000,
    limits: { requestsPerSecond: 1, requestsBurst: 2 },
    routes: { $default: () => ({ statusCode: 200, body: 'ok' }) },
    routeResponses: ['$default'],
  });
  const client = await TestClient.open(url);
  for (const body of ['1', '2', '3']) client.socket.send(body);
  await client.message(2);
  const texts = client.messages.map((text) => text.replace(/^\{"message": "([^"]+)".*/, '$1'));
  expect(texts.toSorted()).toEqual(['Too Many Requests', 'ok', 'ok']);
});

test('a message named __proto__ reaches $default and nothing else', async () => {
  const { url } = await startGateway({
    routes: {
      join: () => ({ statusCode: 200 }),
      $default: () => ({ statusCode: 200, body: 'default' }),
    },
    routeResponses: ['$default'],
  });
  const client = await TestClient.open(url);
  for (const action of ['__proto__', 'constructor', 'toString']) {
    client.socket.send(JSON.stringify({ action }));
  }
  await client.message(2);
  expect(client.messages).toEqual(['default', 'default', 'default']);
});
