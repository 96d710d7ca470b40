import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { HTTP_LIMITS } from '@ordercast/platform/http-server.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { CannotListenError, openLocalOrigin } from './local-origin.ts';
import type { LocalOrigin } from './local-origin.ts';

const BODY = 'Content-Length: 100\r\n\r\nabc';

const open: LocalOrigin[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((origin) => origin.close(0)));
});

async function opened(port: number): Promise<LocalOrigin> {
  const origin = await openLocalOrigin(port);
  open.push(origin);
  return origin;
}

describe('the local origin', () => {
  it('answers on localhost, whichever loopback address that is', async () => {
    const origin = await opened(0);
    origin.serve(
      (_request, response) => response.end('here'),
      () => undefined,
    );
    for (const host of ['localhost', '127.0.0.1']) {
      const response = await fetch(`http://${host}:${origin.port}/`);
      expect(await response.text()).toBe('here');
    }
  });

  it('answers who came before it was ready', async () => {
    const origin = await opened(0);
    const early = fetch(`http://127.0.0.1:${origin.port}/`);
    const socket = new WebSocket(`ws://127.0.0.1:${origin.port}/`);
    const refused = new Promise((resolve) => {
      socket.addEventListener('error', resolve);
    });
    // A request that is answered shows that the two before it have arrived.
    const probe = await openLocalOrigin(0);
    probe.serve(
      (_request, response) => response.end(),
      () => undefined,
    );
    await fetch(`http://127.0.0.1:${probe.port}/`);
    await probe.close(0);
    origin.serve(
      (_request, response) => response.end('at last'),
      (_request, stream) => stream.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
    );
    expect(await (await early).text()).toBe('at last');
    await refused;
  });

  it('outlives a client that is gone before its upgrade is answered', async () => {
    const origin = await opened(0);
    const upgraded = Promise.withResolvers<Duplex>();
    origin.serve(
      (_request, response) => response.end('lives'),
      (_request, socket) => upgraded.resolve(socket),
    );
    const client = connect(origin.port, '127.0.0.1');
    const upgrade =
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    client.write(upgrade);
    const socket = await upgraded.promise;
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    client.resetAndDestroy();
    await gone;
    expect(await (await fetch(`http://127.0.0.1:${origin.port}/`)).text()).toBe('lives');
  });

  it('says what to do where the port is taken', async () => {
    const { port } = await opened(0);
    await expect(openLocalOrigin(port)).rejects.toThrow(CannotListenError);
    await expect(openLocalOrigin(port)).rejects.toThrow(/in use.*PORT=\d+ npm start/);
  });

  it('says what to do where the address is none of this machine', async () => {
    // Of a block that is kept for documentation.
    const refused = openLocalOrigin(0, '203.0.113.7');
    await expect(refused).rejects.toThrow(CannotListenError);
    await expect(refused).rejects.toThrow(
      /^203\.0\.113\.7 is no address of this machine .*LISTEN_HOST/,
    );
  });

  it.each(['0.0.0.0', '127.0.0.2', '127.0.0.1', 'localhost', '::ffff:127.0.0.1', '[::1]'])(
    'answers on the loopback too where it listens on %s',
    async (host) => {
      const origin = await openLocalOrigin(0, host);
      open.push(origin);
      origin.serve(
        (_request, response) => response.end('here'),
        () => undefined,
      );
      for (const name of ['127.0.0.1', host.startsWith('::') ? `[${host}]` : host]) {
        const response = await fetch(`http://${name}:${origin.port}/`);
        expect(await response.text()).toBe('here');
      }
    },
  );

  it('answers with 408 who does not end a request in time', async () => {
    const limits = { ...HTTP_LIMITS, headersMs: 50, requestMs: 50, checkEveryMs: 10 };
    const origin = await openLocalOrigin(0, undefined, limits);
    open.push(origin);
    origin.serve(
      (request, response) => request.resume().once('end', () => response.end()),
      () => undefined,
    );
    for (const begun of [
      'GET / HTTP/1.1\r\nHost: x\r\nX-',
      'POST / HTTP/1.1\r\nHost: x\r\n' + BODY,
    ]) {
      const socket = connect(origin.port, '127.0.0.1');
      socket.write(begun);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    }
  });

  it('gives its port free when it closes, also under a request that never ends', async () => {
    const origin = await opened(0);
    const started = new Promise<void>((resolve) => {
      origin.serve(
        () => resolve(),
        () => undefined,
      );
    });
    const request = fetch(`http://127.0.0.1:${origin.port}/`).catch((error: unknown) => error);
    await started;
    await origin.close(10);
    expect(await request).toBeInstanceOf(Error);
    await (await openLocalOrigin(origin.port)).close(0);
  });
});
