import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Logger } from '@ordercast/platform/logger.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from './create-app.ts';
import { listen } from './listen.ts';
import type { Listening } from './listen.ts';
import { NO_BODY, NO_QUERY, route } from './route.ts';
import type { Caller } from './route.ts';

const CALLER: Caller = { sub: 'ada', roles: ['customer'], accessToken: 'token', signedInAt: 0 };
const documentation = { summary: 'For a test', responses: { 200: { description: 'Done' } } };
const common = { access: 'customer', documentation, query: NO_QUERY } as const;
const log: Logger = createLogger('spec', { level: 'silent' });

/** An API that makes one answer at a time: `/held` makes its own until the test lets it go. */
let server: Listening;
let letGo: () => void;
let held: number;
beforeEach(async () => {
  const gate = Promise.withResolvers<undefined>();
  letGo = () => gate.resolve(undefined);
  held = 0;
  const app = createApp({
    routes: [
      route({
        ...common,
        method: 'get',
        path: '/held',
        body: NO_BODY,
        handle: async () => {
          held += 1;
          await gate.promise;
          return { status: 200, body: 'late' };
        },
      }),
      route({
        ...common,
        method: 'post',
        path: '/quick',
        body: z.object({}),
        handle: () => Promise.resolve({ status: 200, body: 'here' }),
      }),
    ],
    openRoutes: { '/health/live': () => Promise.resolve({ status: 200, body: {} }) },
    openPages: [
      {
        path: '/pages/:id',
        styleSource: "'none'",
        get: () => Promise.resolve({ status: 200, html: 'page' }),
        post: () => Promise.resolve({ status: 200, html: 'page' }),
      },
    ],
    authenticate: () => Promise.resolve(CALLER),
    corsOrigins: [],
    newRequestId: () => 'request',
    isDraining: () => false,
    maxInFlight: 1,
    log,
  });
  server = await listen(app, { port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  letGo();
  await server.close();
});

const quick = () =>
  fetch(`${server.url}/quick`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });

describe('an API that makes as many answers as it can', () => {
  it('refuses one more but for its health, and takes one when another is sent', async () => {
    const late = fetch(`${server.url}/held`);
    await expect.poll(() => held).toBe(1);
    const refused = await quick();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
    for (const method of ['GET', 'POST']) {
      expect((await fetch(`${server.url}/pages/1`, { method })).status).toBe(503);
    }
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    letGo();
    expect((await late).status).toBe(200);
    expect((await quick()).status).toBe(200);
    expect(await (await fetch(`${server.url}/pages/1`)).text()).toBe('page');
  });

  it('gives no room to who has not sent all yet', async () => {
    const sockets: Socket[] = [];
    for (let slow = 0; slow < 3; slow += 1) {
      const socket = connect(server.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write(
        'POST /quick HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n' +
          'Expect: 100-continue\r\n\r\n',
      );
      // Asked to go on: its headers have been read.
      await once(socket, 'data');
      socket.write('{');
    }
    expect((await quick()).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});
