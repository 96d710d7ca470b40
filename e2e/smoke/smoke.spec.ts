import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { orderPageSchema } from '@ordercast/contract/order.ts';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readWebConfig, signInAs } from '../testing/person.ts';
import { startSystemProcess } from '../testing/system-process.ts';
import type { SystemProcess } from '../testing/system-process.ts';
import { readArguments } from './arguments.ts';
import { runSmoke } from './run-smoke.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
/** What a token or its beginning looks like. */
const TOKEN = /eyJ[\w-]{10}/;

let system: SystemProcess;
beforeAll(async () => {
  system = await startSystemProcess();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${portOf(server)}`;
}

/** An address where nobody listens any more. */
async function nowhere(scheme: string): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return `${scheme}://127.0.0.1:${port}`;
}

/** A page of the system whose `config.json` names other services. */
async function pageWith(changes: Record<string, string>): Promise<string> {
  const config = JSON.stringify({ ...(await readWebConfig(system.url)), ...changes });
  return serve((_request, response) => response.end(config));
}

async function smoke(url: string, env: Record<string, string> = {}, args: string[] = []) {
  const child = startChild(MAIN, env, ['--url', url, '--step-seconds', '600', ...args]);
  const { code } = await child.ended;
  const said = child.lines.join('\n');
  expect(said).not.toMatch(TOKEN);
  expect(said).not.toContain(DEMO_PASSWORD);
  return { code, said, lines: child.lines };
}

describe('npm run smoke', () => {
  it('tells the whole story against the system that npm start starts, a line a step', async () => {
    const { code, said, lines } = await smoke(system.url);
    expect([code, said]).toEqual([0, expect.anything()]);
    expect(lines.map((line) => line.replace(/,? +[\d]+ ms\.?$/, ''))).toEqual([
      'ok    the page tells where its services are',
      'ok    customer signs in',
      'ok    the API knows customer',
      'ok    staff signs in',
      'ok    the API knows staff',
      'ok    customer is connected live',
      'ok    staff is connected live',
      'ok    customer places an order',
      'ok    customer sees it placed',
      'ok    staff sees it placed',
      'ok    staff makes it confirmed',
      'ok    customer sees it confirmed',
      'ok    staff makes it cancelled',
      'ok    customer sees it cancelled',
      'ok    customer signs out',
      'ok    staff signs out',
      'All of it works',
    ]);
    const ada = await signInAs(system.url, 'ada@example.com');
    const { items } = orderPageSchema.parse((await ada.call('GET', '/orders?limit=1')).body);
    expect(items[0]).toMatchObject({ status: 'cancelled', version: 3, lineCount: 1 });
  });

  it.each([
    ['is not there', 404, 'text/plain', '404'],
    ['is the page itself', 200, 'text/html', '200, text/html'],
  ])('says so where config.json %s', async (_what, status, type, came) => {
    const page = await serve((_request, response) =>
      response.writeHead(status, { 'Content-Type': type }).end('<html>'),
    );
    const { code, said } = await smoke(page);
    expect(code).toBe(1);
    expect(said).toContain('FAIL  the page tells where its services are');
    expect(said).toContain(
      `expected: 200 and a JSON object with the addresses at ${page}/config.json`,
    );
    expect(said).toMatch(/came: .*config\.json/);
    expect(said).toContain(came);
    expect(said).toMatch(/look at: .*address of the page/);
  });

  it('says so where the page is not there at all', async () => {
    const { code, said } = await smoke(await nowhere('http'));
    expect(code).toBe(1);
    expect(said).toMatch(/FAIL {2}the page tells .*ECONNREFUSED/s);
  });

  it('says so where a password is wrong, and does not tell it', async () => {
    const { code, said } = await smoke(system.url, { SMOKE_STAFF_PASSWORD: 'Wrong-password-1' });
    expect(code).toBe(1);
    expect(said).toMatch(
      /FAIL {2}staff signs in.*tokens for sam@example\.com.*NotAuthorizedException.*SMOKE_STAFF_PASSWORD/s,
    );
    expect(said).not.toContain('Wrong-password');
  });

  it('says so where the staff member is none', async () => {
    const { code, said } = await smoke(system.url, {}, ['--staff', 'grace@example.com']);
    expect(code).toBe(1);
    expect(said).toMatch(/FAIL {2}the API knows staff.*came: +the roles customer\n/s);
  });

  it('says so where the API answers 500, and nothing of what it quotes', async () => {
    const apiUrl = await serve((request, response) => {
      response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end(`failed for ${request.headers.authorization ?? ''}`);
    });
    const { code, said } = await smoke(await pageWith({ apiUrl }));
    expect(code).toBe(1);
    expect(said).toMatch(
      /FAIL {2}the API knows customer.*came: +500, text\/plain\n.*health\/ready/s,
    );
  });

  it('says so where realtime is down', async () => {
    const { code, said } = await smoke(await pageWith({ realtimeUrl: await nowhere('ws') }));
    expect(code).toBe(1);
    expect(said).toMatch(/FAIL {2}customer is connected live.*HandshakeFailedError.*authorizer/s);
  });

  it('says so where an event does not come in time, and which order is left', async () => {
    // Orders are placed, but their numbers are not those that come live.
    const { apiUrl: behind } = await readWebConfig(system.url);
    const apiUrl = await serve((request, response) => {
      void (async () => {
        const isOrder = request.method === 'POST' && request.url === '/orders';
        const body = request.method === 'POST' ? await text(request) : undefined;
        const answer = await fetch(`${behind}${request.url ?? ''}`, {
          method: request.method ?? 'GET',
          headers: {
            Authorization: request.headers.authorization ?? '',
            ...(body !== undefined && { 'Content-Type': 'application/json' }),
          },
          ...(body !== undefined && { body }),
        });
        const content = await answer.text();
        response.writeHead(answer.status, { 'Content-Type': 'application/json' });
        response.end(isOrder ? content.replace(/"id":"\w+"/, `"id":"${'0'.repeat(26)}"`) : content);
      })();
    });
    const [waits, said, complained] = [new ManualWaits(), new Array<string>(), new Array<string>()];
    const settings = readArguments(['--url', await pageWith({ apiUrl })], {});
    if (settings === 'help') throw new Error('not asked for');
    const run = runSmoke(settings, {
      wait: waits.wait,
      clock: () => 0,
      say: (line) => said.push(line),
      complain: (line) => complained.push(line),
    });
    await expect.poll(() => said.at(-1)).toContain('places an order');
    await waits.ringUntil(run);
    expect(await run).toBe(false);
    expect(complained[0]).toMatch(/^Order \w{8} is left placed: cancel it/);
    expect(complained[1]).toMatch(
      /FAIL {2}customer sees it placed.*came: +nothing of it in 30 s; \d events on user\/.*connection connected\n.*the relay's log/s,
    );
  });

  it.each([
    [[], {}, 'Give --url'],
    [[], { npm_config_url: 'x' }, 'write npm run smoke -- --url'],
    [['--url', 'localhost:8080'], {}, '--url must be http:// or https://'],
    [['--url', 'https://user:geheim@orders.example'], {}, '--url must hold no user'],
    [['--url', 'https://orders.example'], {}, 'Give --customer <mail>'],
    [
      ['--url', 'https://orders.example', '--customer', 'a@b.example'],
      {},
      'Set SMOKE_CUSTOMER_PASSWORD to the password of a@b.example',
    ],
    [['--url', 'http://localhost', '--step-seconds', '0'], {}, '--step-seconds is'],
    [['--url', 'http://localhost', '--pasword', 'x'], {}, "Unknown option '--pasword'"],
  ])('refuses %j with what to write', (args, env, reason) => {
    const read = () => readArguments(args, env);
    expect(read).toThrow(reason);
    expect(read).toThrow('Usage: npm run smoke -- --url <page>');
    expect(read).not.toThrow('geheim');
  });

  it('ends with 2 where its command line is wrong', async () => {
    const { code, said } = await smoke('ftp://localhost');
    expect([code, said]).toEqual([2, expect.stringContaining('--url must be')]);
  });
});
