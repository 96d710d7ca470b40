import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { userChannel } from '@ordercast/contract/channel.ts';
import { startSystemProcess } from './testing/system-process.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket as SocketWithOrigin } from 'ws';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { readWebConfig, placeOrder, signInAs } from './testing/person.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Carries bytes from a port of its own to another, as `ssh -L` does: `Host` names the first. */
async function tunnel(): Promise<{ url: string; to: (port: string) => void }> {
  let target = 0;
  const server: Server = createServer((socket) => {
    const other = connect(target, '127.0.0.1');
    socket.on('error', () => other.destroy()).pipe(other);
    other.on('error', () => socket.destroy()).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://localhost:${portOf(server)}`, to: (to) => (target = Number(to)) };
}

async function started(...args: string[]) {
  const system = await startSystemProcess(['--ephemeral', ...args]);
  closing.push(() => system.stop('SIGKILL'));
  return system;
}

describe('through a tunnel', () => {
  it('the system says by which option it is reached, also to who opens a WebSocket', async () => {
    const outside = await tunnel();
    outside.to(new URL((await started()).url).port);
    const answer = await fetch(outside.url);
    expect(answer.status).toBe(421);
    expect(await answer.text()).toContain(`npm start -- --public-url ${outside.url}\n`);
    const socket = new WebSocket(`${outside.url.replace('http', 'ws')}/realtime`, ['ordercast.v1']);
    await new Promise((resolve) => socket.addEventListener('error', resolve));
  });

  it('repeats no Host that is not one, and offers https where the tunnel has it', async () => {
    const { url } = await started();
    const send = async (host: string, more = '') => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.end(`GET / HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`);
      return text(socket);
    };
    const strange = await send('<script>alert(1)</script>');
    expect(strange).toMatch(/ 421 /);
    expect(strange).not.toContain('script');
    expect(await send('orders.example', 'X-Forwarded-Proto: https\r\n')).toContain(
      '--public-url https://orders.example\n',
    );
  });

  it('nobody reads the console, posts to a connection or administers', async () => {
    const outside = await tunnel();
    const system = await started('--public-url', outside.url);
    outside.to(new URL(system.url).port);
    const { host, port } = new URL(outside.url);
    for (const path of [
      '/console/',
      '/console/state.json',
      '/CONSOLE/state.json',
      '/realtime/@connections/any',
      `${outside.url}/console/state.json`,
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await text(socket), path).toMatch(/^HTTP\/1\.1 403 /);
    }
    const administer = async (url: string) => {
      const response = await fetch(`${url}/cognito/`, {
        method: 'POST',
        headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.ListGroups' },
        body: JSON.stringify({ UserPoolId: (await readWebConfig(url)).userPoolId }),
      });
      return response.json();
    };
    expect(await administer(outside.url)).toMatchObject({ __type: 'AccessDeniedException' });
    expect(await administer(system.url)).toHaveProperty('Groups');
    expect((await fetch(`${system.url}/console/state.json`)).status).toBe(200);
    expect((await fetch(`${system.url}/realtime/@connections/any`)).status).not.toBe(403);
  });

  it('everything works once that is named, and at the own address as well', async () => {
    const outside = await tunnel();
    const system = await started('--public-url', outside.url);
    outside.to(new URL(system.url).port);
    expect(system.ready).toContain(outside.url);
    // By another of its own names a page is told the one address that tokens and settings name, too.
    const byNumber = await readWebConfig(system.url.replace('localhost', '127.0.0.1'));
    expect(byNumber).toEqual(await readWebConfig(system.url));
    for (const url of [outside.url, system.url]) {
      expect(await readWebConfig(url)).toMatchObject({
        apiUrl: `${url}/api`,
        cognitoEndpoint: `${url}/cognito`,
        realtimeUrl: `${url.replace('http', 'ws')}/realtime`,
      });
      const page = await fetch(url);
      expect(page.headers.get('content-security-policy')).toContain(`connect-src 'self' ${url}`);
      const ada = await signInAs(url, 'ada@example.com');
      const seen: unknown[] = [];
      const client = createRealtimeClient({
        url: ada.config.realtimeUrl,
        token: () => Promise.resolve(ada.accessToken),
        // As the page of that address.
        WebSocket: class extends SocketWithOrigin {
          constructor(address: string, protocols: string[]) {
            super(address, protocols, { origin: url });
          }
        },
      });
      await client.subscribe(userChannel(ada.sub), {
        onEvent: ({ subject }) => seen.push(subject),
        onReload: () => undefined,
      }).ready;
      const { id } = await placeOrder(ada);
      await expect.poll(() => seen).toEqual([id]);
      // A page of that origin may call the API, and nobody else's.
      const preflight = await fetch(`${url}/api/orders`, {
        method: 'OPTIONS',
        headers: { Origin: url, 'Access-Control-Request-Method': 'POST' },
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBe(url);
      client.close();
    }
  });
});
