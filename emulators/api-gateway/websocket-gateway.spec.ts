import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { queryObjects } from 'node:v8';
import {
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { ConnectEvent, DisconnectEvent, MessageEvent } from './gateway-event.ts';
import { refusal, startGateway, TestClient } from './testing/running-gateway.ts';

test('a handler posts to its own connection through the endpoint that its event names', async () => {
  const { url, client } = await startGateway({
    routes: {
      $default: async ({ body = '', requestContext }: APIGatewayProxyWebsocketEventV2) => {
        const { connectionId: ConnectionId } = requestContext;
        await client.send(new PostToConnectionCommand({ ConnectionId, Data: `you said ${body}` }));
        return { statusCode: 200 };
      },
    },
  });
  const one = await TestClient.open(url);
  one.socket.send('hi');
  expect(await one.message()).toBe('you said hi');
});

test('without handlers it still opens connections, as a mock integration would', async () => {
  const { url, gateway } = await startGateway();
  const client = await TestClient.open(url);
  expect(gateway.connectionCount).toBe(1);
  client.socket.close();
  await client.closed;
  await expect.poll(() => gateway.connectionCount).toBe(0);
});

test('close takes leave of everybody with 1001 and takes nobody any more', async () => {
  const ends: number[] = [];
  const { url, gateway, client } = await startGateway({
    routes: {
      $disconnect: async ({ requestContext }: DisconnectEvent) => {
        await new Promise((resolve) => setImmediate(resolve));
        ends.push(requestContext.disconnectStatusCode);
        return { statusCode: 200 };
      },
    },
  });
  const clients = await Promise.all([1, 2, 3].map(() => TestClient.open(url)));
  await gateway.close({ reason: 'maintenance' });
  for (const one of clients) {
    expect(await one.closed).toEqual({ code: 1001, reason: 'maintenance' });
  }
  expect(ends).toEqual([1001, 1001, 1001]);
  expect(gateway.connectionCount).toBe(0);
  expect((await refusal(url)).status).toBe(503);
  const ask = new GetConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=' });
  await expect(client.send(ask)).rejects.toMatchObject({ name: 'GoneException' });
  await gateway.close();
});

test('close waits for handlers that run, and for $connect', async () => {
  let finish: () => void = () => undefined;
  let started: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (started = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const done: string[] = [];
  const { url, gateway } = await startGateway({
    closeTimeoutMs: 60_000,
    routes: {
      $connect: async ({ queryStringParameters }: ConnectEvent) => {
        if (queryStringParameters) {
          started();
          await finished;
          done.push('$connect');
        }
        return { statusCode: 200 };
      },
      $default: async () => {
        await finished;
        done.push('$default');
        return { statusCode: 200 };
      },
      $disconnect: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push('$disconnect');
        return { statusCode: 200 };
      },
    },
  });
  const client = await TestClient.open(url);
  client.socket.send('x');
  const late = refusal(`${url}?slow=1`);
  await running;
  const closed = gateway.close().then(() => done.push('closed'));
  await client.closed;
  expect(done).not.toContain('closed');
  finish();
  await closed;
  const ends = ['$disconnect', '$disconnect'];
  expect(done.toSorted()).toEqual(['$connect', '$default', ...ends, 'closed']);
  expect(done.at(-1)).toBe('closed');
  expect((await late).status).toBe(503);
});

test('close leaves no timer behind, whatever it might have waited for', async () => {
  const timers = () =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const { url, gateway } = await startGateway({
    closeTimeoutMs: 3_600_000,
    routes: {
      $connect: () => ({ statusCode: 200 }),
      $disconnect: () => ({ statusCode: 200 }),
    },
  });
  const client = await TestClient.open(url);
  const before = timers();
  await gateway.close();
  await client.closed;
  expect([before, timers()]).toEqual([before, before]);
});

test('close cuts a client that does not take its leave', async () => {
  const { url, gateway } = await startGateway({ closeTimeoutMs: 50 });
  const client = await TestClient.open(url);
  client.socket.pause();
  await gateway.close();
  client.socket.resume();
  await client.closed;
});

test('a connection keeps nothing of its handshake, the token least of all', async () => {
  const { port, gateway } = await startGateway({
    routes: { $connect: () => ({ statusCode: 200 }) },
  });
  const sockets: Socket[] = [];
  for (let count = 0; count < 10; count += 1) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.write(
      'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await once(socket, 'data');
  }
  expect(gateway.connectionCount).toBe(10);
  await expect.poll(() => queryObjects(IncomingMessage, { format: 'count' })).toBe(0);
  for (const socket of sockets) socket.destroy();
});

test('garbage instead of frames closes the connection and nothing else', async () => {
  const ends: number[] = [];
  const { port, url } = await startGateway({
    routes: {
      $disconnect: ({ requestContext }: DisconnectEvent) => {
        ends.push(requestContext.disconnectStatusCode);
        return { statusCode: 200 };
      },
    },
  });
  const staying = await TestClient.open(url);
  const unmasked = Buffer.from([0x81, 0x02, 0x68, 0x69]);
  const reserved = Buffer.from([0xf1, 0x80, 0, 0, 0, 0]);
  const oversizePing = Buffer.from([0x89, 0xfe, 0xff, 0xff, 0, 0, 0, 0]);
  for (const bytes of [unmasked, reserved, oversizePing]) {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await once(socket, 'data');
    socket.resume().end(bytes);
    await once(socket, 'close');
  }
  await expect.poll(() => ends).toEqual([1002, 1002, 1002]);
  expect(staying.socket.readyState).toBe(staying.socket.OPEN);
});

test('a thousand messages in one breath are all handled', async () => {
  const seen = new Set<string>();
  const { url } = await startGateway({
    routes: {
      $default: ({ body }: MessageEvent) => {
        seen.add(body);
        return { statusCode: 200 };
      },
    },
  });
  const client = await TestClient.open(url);
  for (let count = 0; count < 1_000; count += 1) client.socket.send(String(count));
  await expect.poll(() => seen.size).toBe(1_000);
});
