import { createServer, request } from 'node:http';
import { userChannel } from '@ordercast/contract/channel.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { orderObserver } from './testing/observer.ts';
import { placeOrder, readWebConfig, signInAs } from './testing/person.ts';

let system: SystemProcess;

beforeAll(async () => {
  system = await startSystemProcess();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

/** A port below 1024 takes the right to one, and nobody else there. */
function mayListenOn80(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(80, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Undefined where port 80 cannot be had: another run of these tests may take it at any moment. */
async function startOnPort80(): Promise<SystemProcess | undefined> {
  while (await mayListenOn80()) {
    try {
      return await startSystemProcess(['--ephemeral'], { PORT: '80' });
    } catch (error) {
      if (!String(error).includes('Port 80 is in use')) throw error;
    }
  }
  return undefined;
}

/** The status under another Host header than the URL's, which fetch does not let one set. */
function statusAs(host: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${system.url}${path}`, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the one origin of the laptop', () => {
  it('tells the page where everything is', async () => {
    const config = await readWebConfig(system.url);
    expect(config).toMatchObject({
      region: 'us-east-1',
      cognitoEndpoint: `${system.url}/cognito`,
      apiUrl: `${system.url}/api`,
      realtimeUrl: `${system.url.replace('http', 'ws')}/realtime`,
    });
    const jwks = `${config.cognitoEndpoint}/${config.userPoolId}/.well-known/jwks.json`;
    expect((await fetch(jwks)).status).toBe(200);
  });

  it('answers to no other name, so that a stranger cannot rebind one to it', async () => {
    const { port } = new URL(system.url);
    for (const path of ['/', '/console/state.json', '/api/products', '/cognito/', '/config.json']) {
      expect(await statusAs(`evil.example:${port}`, path), path).toBe(421);
    }
    expect(await statusAs(`127.0.0.1:${port}`, '/config.json')).toBe(200);
  });

  it('serves the page for every path of its own, under a strict policy', async () => {
    for (const path of ['/', '/orders', '/orders/01M82PHJQ468CEV51XRTYDTYTV', '/sign-in']) {
      const response = await fetch(`${system.url}${path}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/html');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await fetch(`${system.url}/assets/nothing.js`)).status).toBe(404);
    expect((await fetch(`${system.url}/.built-from.json`)).headers.get('content-type')).toContain(
      'text/html',
    );
  });

  it('says of everything how long it may be kept, and sends the page compressed', async () => {
    const ask = (path: string) =>
      fetch(`${system.url}${path}`, { headers: { 'Accept-Encoding': 'gzip, br' } });
    const index = await ask('/orders');
    const script = /\/assets\/index-[\w-]+\.js/.exec(await index.text())?.[0] ?? 'no script';
    expect((await ask('/api/openapi.json')).status).toBe(200);
    for (const [path, kept, encoding] of [
      [script, 'public, max-age=31536000, immutable', 'br'],
      ['/orders', 'no-cache', 'br'],
      ['/favicon.svg', 'no-cache', null],
      ['/config.json', 'no-store', null],
      ['/console/', 'no-store', null],
      ['/console/console.js', 'no-store', null],
      ['/console/state.json', 'no-store', null],
      ['/console/nothing', 'no-store', null],
      ['/api/openapi.json', 'no-cache', null],
    ] as const) {
      const { headers } = await ask(path);
      expect(headers.get('cache-control'), path).toBe(kept);
      expect(headers.get('content-encoding'), path).toBe(encoding);
      expect(headers.get('content-security-policy') ?? '', path).not.toContain(
        path.startsWith('/console') ? 'connect-src' : "default-src 'self'",
      );
    }
  });

  it.each([
    '/%E0%A4%A',
    '/orders/%E0%A4%A',
    '/assets/%E0%A4%A',
    '/console/%E0%A4%A',
    '/api/%E0%A4%A',
    '/api/orders/%E0%A4%A',
    '/api/orders/%E0%A4%A/timeline',
    '/cognito/%E0%A4%A',
    '/realtime/%E0%A4%A',
    '/realtime/@connections/%E0%A4%A',
  ])('answers %s with 400 and no word of what is inside', async (path) => {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${system.url}${path}`, { method });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toMatch(/^(text\/plain|application\/problem)/);
      expect(await response.text()).toMatch(/percent-encoded/);
    }
    expect(system.errors()).toBe('');
  });

  it('says on the WebSocket path what it is', async () => {
    expect((await fetch(`${system.url}/realtime`)).status).toBe(426);
  });
});

it('a default port is left out, and may be written', async ({ skip }) => {
  const atPort80 = (await startOnPort80()) ?? skip('Port 80 is not to be had here.');
  onTestFinished(async () => {
    await atPort80.stop('SIGKILL');
  });
  expect(atPort80.url).toBe('http://localhost');
  for (const url of ['http://localhost', 'http://127.0.0.1']) {
    expect((await fetch(`${url}/config.json`)).status).toBe(200);
  }
  const ada = await signInAs(atPort80.url, 'ada@example.com');
  const observer = orderObserver(ada, userChannel(ada.sub));
  await observer.open();
  const { id } = await placeOrder(ada);
  await expect.poll(() => observer.seen.map(({ data }) => data.orderId)).toEqual([id]);
  observer.close();
});
