import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { HTTP_LIMITS, createHttpServer } from './http-server.ts';
import type { HttpLimits } from './http-server.ts';
import { portOf } from './testing/port-of.ts';

/** Deadlines that a test would not live to see, so that each shows the one that it shortens. */
const NEVER = {
  headersMs: 3_600_000,
  requestMs: 3_600_000,
  unreadMs: 3_600_000,
  keepAliveMs: 3_600_000,
  checkEveryMs: 10,
  waitingConnections: 100,
};

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

const answer: RequestListener = (request, response) => {
  request.resume().once('end', () => response.end('here'));
};

async function startServer(limits: Partial<HttpLimits>, handler = answer): Promise<number> {
  server = createHttpServer({ ...NEVER, ...limits }, handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends a byte at each turn of the event loop that brings one, until the other side has enough. */
function drip(socket: Socket, bytes: string): void {
  const next = (index: number): void => {
    const byte = bytes[index];
    if (byte !== undefined && socket.writable) socket.write(byte, () => next(index + 1));
  };
  next(0);
}

const ask = (port: number, path = '/') =>
  fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());

describe('a server with limits', () => {
  it.each([
    ['a connection that sends nothing', '', { headersMs: 50 }],
    ['headers that do not end', 'GET / HTTP/1.1\r\nHost: x\r\nX-Long: y', { headersMs: 50 }],
    [
      'a body that does not end',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc',
      { requestMs: 50, headersMs: 50 },
    ],
    [
      'a chunk that does not end',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc',
      { requestMs: 50, headersMs: 50 },
    ],
  ])('answers %s with 408, and closes', async (_what, sent, limits) => {
    const socket = await connected(await startServer(limits));
    drip(socket, sent);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('ends an answer that nobody reads', async () => {
    const ended = Promise.withResolvers<boolean>();
    const port = await startServer({ unreadMs: 50 }, (_request, response) => {
      response.once('close', () => ended.resolve(response.writableFinished));
      response.end(Buffer.alloc(64 * 1024 * 1024));
    });
    const socket = await connected(port);
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await ended.promise).toBe(false);
    socket.destroy();
  });

  it('has room for a new connection however many wait, and ends the one that waits longest', async () => {
    const port = await startServer({ waitingConnections: 2 });
    const [first, second, third] = [
      await connected(port),
      await connected(port),
      await connected(port),
    ];
    expect(await text(first)).toBe('');
    // Its connection is the newest of those that wait, now and when it is answered.
    expect(await ask(port)).toBe('here');
    expect(await text(second)).toBe('');
    third.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await text(third)).toContain('here');
  });

  it('leaves alone who waits for an answer, or has gone over to another protocol', async () => {
    const held = Promise.withResolvers<undefined>();
    const begun: string[] = [];
    const port = await startServer({ waitingConnections: 1 }, (request, response) => {
      begun.push(request.url ?? '');
      if (request.url === '/held') void held.promise.then(() => response.end('held'));
      else response.end('here');
    });
    server?.on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      socket.once('data', (data: Buffer) => socket.end(data));
    });
    const upgraded = await connected(port);
    upgraded.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    await once(upgraded, 'data');
    // The second is sent before the first is answered, and only the second is held.
    const pipelined = await connected(port);
    pipelined.write('GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => begun).toContain('/held');
    const silent = [await connected(port), await connected(port), await connected(port)];
    expect(await text(silent[0] ?? upgraded)).toBe('');
    pipelined.end();
    held.resolve(undefined);
    expect(await text(pipelined)).toMatch(/here[^]*held/);
    upgraded.write('still there');
    expect(await text(upgraded)).toContain('still there');
  });

  it('counts those among who waits who have not sent all yet', async () => {
    const port = await startServer({ waitingConnections: 1 }, (request, response) => {
      request.resume();
      if (request.method === 'GET') response.end('here');
    });
    const slow = await connected(port);
    slow.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    await once(slow, 'data');
    const ended = text(slow);
    expect(await ask(port)).toBe('here');
    expect(await ended).toBe('');
  });

  it('counts those whose rest came only after their answer', async () => {
    const isRead = Promise.withResolvers<undefined>();
    const port = await startServer({ waitingConnections: 1 }, (request, response) => {
      request.once('end', () => isRead.resolve(undefined));
      response.end('refused');
    });
    const early = await connected(port);
    early.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n');
    await once(early, 'data');
    early.write('{}');
    await isRead.promise;
    const ended = text(early);
    await connected(port);
    expect(await ended).toBe('');
  });

  it('answers who would rather speak another protocol in this one', async () => {
    const port = await startServer({});
    server?.on('upgrade', (_request, socket) => socket.destroy());
    const socket = await connected(port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK[^]*here/);
  });

  it('keeps a connection for longer than a load balancer that would reuse it', () => {
    expect(HTTP_LIMITS.keepAliveMs).toBeGreaterThan(60_000);
  });
});
