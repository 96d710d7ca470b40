import { once } from 'node:events';
import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { ConnectEvent, DisconnectEvent, MessageEvent } from './gateway-event.ts';
import { API_GATEWAY_LIMITS, type GatewayLimits } from './gateway-limits.ts';
import { startGateway, TestClient } from './testing/running-gateway.ts';
import type { GatewayOptions } from './websocket-gateway.ts';

/** A gateway that notes bodies and ends, and echoes. */
async function start(limits: Partial<GatewayLimits>, options: Partial<GatewayOptions> = {}) {
  const bodies: string[] = [];
  const ids: string[] = [];
  const ends: DisconnectEvent[] = [];
  const one = await startGateway({
    limits,
    ...options,
    routes: {
      $connect: (event: ConnectEvent) => {
        ids.push(event.requestContext.connectionId);
        return { statusCode: 200 };
      },
      $default: ({ body }: MessageEvent) => {
        bodies.push(body);
        return { statusCode: 200, body };
      },
      $disconnect: (event: DisconnectEvent) => {
        ends.push(event);
        return { statusCode: 200 };
      },
    },
    routeResponses: ['$default'],
  });
  return { ...one, bodies, ids, ends };
}

test('the defaults are the developer guide’s', () => {
  expect(API_GATEWAY_LIMITS).toMatchObject({
    frameBytes: 32_768,
    messageBytes: 131_072,
    idleMs: 600_000,
    connectionMs: 7_200_000,
    connectsPerSecond: 500,
    requestsPerSecond: 10_000,
    requestsBurst: 5_000,
    integrationTimeoutMs: 29_000,
  });
});

test('a frame of the limit passes; one byte more closes with 1009, after what came before', async () => {
  const { url, bodies, ends } = await start({});
  const client = await TestClient.open(url);
  client.socket.send('x'.repeat(32_768));
  expect(await client.message()).toHaveLength(32_768);
  client.socket.send('before');
  client.socket.send('x'.repeat(32_769));
  client.socket.send('after');
  expect(await client.closed).toMatchObject({ code: 1009 });
  expect(bodies).toEqual(['x'.repeat(32_768), 'before']);
  expect(ends).toMatchObject([{ requestContext: { disconnectStatusCode: 1009 } }]);
});

test('small frames that come in one chunk with too large a one are all taken before it', async () => {
  const { url, bodies } = await start({ frameBytes: 10 });
  const client = await TestClient.open(url);
  const { socket } = client;
  for (const text of ['1', '2', '3', 'much too large', '4']) socket.send(text);
  expect(await client.closed).toMatchObject({ code: 1009 });
  expect(bodies).toEqual(['1', '2', '3']);
});

test('a message in frames passes up to the message limit; above it closes with 1009', async () => {
  const { url, bodies } = await start({});
  const client = await TestClient.open(url);
  const part = 'x'.repeat(32_768);
  for (const fin of [false, false, false, true]) client.socket.send(part, { fin });
  expect(await client.message()).toHaveLength(131_072);
  for (const fin of [false, false, false, false]) client.socket.send(part, { fin });
  client.socket.send('x', { fin: true });
  expect(await client.closed).toMatchObject({ code: 1009 });
  expect(bodies).toHaveLength(1);
});

test('a binary message closes with 1003 and reaches no handler', async () => {
  const { url, bodies, ends } = await start({});
  const client = await TestClient.open(url);
  client.socket.send(Buffer.from('hi'));
  expect(await client.closed).toMatchObject({ code: 1003 });
  expect(bodies).toEqual([]);
  expect(ends).toMatchObject([{ requestContext: { disconnectStatusCode: 1003 } }]);
});

test('text that is no UTF-8 closes with 1007', async () => {
  const { url, bodies, ends } = await start({});
  const client = await TestClient.open(url);
  client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  expect(await client.closed).toMatchObject({ code: 1007 });
  expect(bodies).toEqual([]);
  expect(ends).toMatchObject([{ requestContext: { disconnectStatusCode: 1007 } }]);
});

test('a connection without messages is closed with 1001; pings do not keep it', async () => {
  let now = 1_000_000;
  const { url, ends, gateway } = await start({ idleMs: 1_000 }, { clock: () => now });
  const idle = await TestClient.open(url);
  const busy = await TestClient.open(url);
  now += 999;
  busy.socket.send('still here');
  await busy.message();
  idle.socket.ping();
  await once(idle.socket, 'pong');
  now += 1;
  expect(await idle.closed).toEqual({ code: 1001, reason: 'Going away' });
  expect(gateway.connectionCount).toBe(1);
  expect(ends).toMatchObject([
    { requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' } },
  ]);
});

test('a connection that comes after all others have gone is looked after as the first was', async () => {
  let now = 1_000_000;
  const { url, ends, gateway } = await start({ idleMs: 1_000 }, { clock: () => now });
  for (let count = 1; count <= 2; count += 1) {
    const client = await TestClient.open(url);
    client.socket.close(1000);
    await client.closed;
    await expect.poll(() => ends.length).toBe(count);
  }
  const late = await TestClient.open(url);
  // When two others have looked, one after the other, this one has looked too.
  for (let round = 0; round < 2; round += 1) {
    const other = await start({ idleMs: 1_000 }, { clock: () => now });
    const marker = await TestClient.open(other.url);
    now += 1_000;
    await marker.closed;
  }
  expect(gateway.connectionCount).toBe(0);
  expect(await late.closed).toEqual({ code: 1001, reason: 'Going away' });
});

test('a post keeps a connection from being idle', async () => {
  let now = 1_000_000;
  const { url, client, ids } = await start({ idleMs: 1_000 }, { clock: () => now });
  const posted = await TestClient.open(url);
  const idle = await TestClient.open(url);
  now += 999;
  await client.send(new PostToConnectionCommand({ ConnectionId: ids[0], Data: 'x' }));
  now += 1;
  expect(await idle.closed).toMatchObject({ code: 1001 });
  expect(posted.socket.readyState).toBe(posted.socket.OPEN);
});

test('a connection is closed with 1001 at the end of its life, however busy', async () => {
  let now = 1_000_000;
  const { url } = await start({ connectionMs: 2_000, idleMs: 1_000 }, { clock: () => now });
  const client = await TestClient.open(url);
  for (let count = 0; count < 3; count += 1) {
    now += 500;
    client.socket.send('busy');
    await client.message(count);
  }
  now += 500;
  expect(await client.closed).toMatchObject({ code: 1001 });
});

test('a client that does not read is posted to up to the limit, then the answer is 429', async () => {
  const { url, client, ids, gateway } = await start({ bufferedBytes: 300_000 });
  const stalled = await TestClient.open(url);
  const other = await TestClient.open(url);
  stalled.socket.pause();
  const Data = 'x'.repeat(100_000);
  const post = (ConnectionId: string | undefined) =>
    client.send(new PostToConnectionCommand({ ConnectionId, Data }));
  await expect(
    (async () => {
      for (;;) await post(ids[0]);
    })(),
  ).rejects.toMatchObject({ name: 'LimitExceededException', $metadata: { httpStatusCode: 429 } });
  await post(ids[1]);
  expect(await other.message()).toBe(Data);
  expect(gateway.connectionCount).toBe(2);

  stalled.socket.resume();
  await stalled.message();
  await expect.poll(() => post(ids[0]).then(() => 'sent', String)).toBe('sent');
});

test('replies to a client that does not read are dropped rather than kept', async () => {
  const { url, gateway } = await start({ bufferedBytes: 10_000, requestsBurst: 100_000 });
  const stalled = await TestClient.open(url);
  stalled.socket.pause();
  const text = 'x'.repeat(30_000);
  for (let count = 0; count < 1_000; count += 1) stalled.socket.send(text);
  await expect.poll(() => stalled.socket.bufferedAmount).toBe(0);
  expect(gateway.connectionCount).toBe(1);
  stalled.socket.resume();
  await stalled.message();
  expect(stalled.messages.length).toBeLessThan(1_000);
});

test('endless empty fragments are cut off', async () => {
  const { url } = await start({});
  const client = await TestClient.open(url);
  for (let count = 0; count < 20_000; count += 1) client.socket.send('', { fin: false });
  expect(await client.closed).toMatchObject({ code: 1008 });
});

test('pings are answered with their payload', async () => {
  const { url } = await start({});
  const client = await TestClient.open(url);
  client.socket.ping('are you there');
  const [payload] = z.tuple([z.instanceof(Buffer)]).parse(await once(client.socket, 'pong'));
  expect(payload.toString()).toBe('are you there');
});
