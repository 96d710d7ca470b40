import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ORDERS_CHANNEL } from '@ordercast/contract/channel.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { orderObserver } from './testing/observer.ts';
import { placeOrder, signInAs } from './testing/person.ts';

const NPM_START = ['npm', 'start', '--silent', '--'];

async function started(env: Record<string, string>, entry?: string[]): Promise<SystemProcess> {
  const system = await startSystemProcess(['--ephemeral'], env, entry);
  onTestFinished(async () => {
    await system.stop('SIGKILL');
  });
  return system;
}

/** Sign-in, an order, and its event on another's screen: every part has called every other. */
async function expectToWork({ url }: Pick<SystemProcess, 'url'>): Promise<void> {
  const [ada, sam] = await Promise.all([
    signInAs(url, 'ada@example.com'),
    signInAs(url, 'sam@example.com'),
  ]);
  const observer = orderObserver(sam, ORDERS_CHANNEL);
  await observer.open();
  const order = await placeOrder(ada);
  await expect.poll(() => observer.seen.map(({ data }) => data.orderId)).toEqual([order.id]);
  observer.close();
}

describe("the developer's own AWS settings", () => {
  const HOSTILE = {
    AWS_PROFILE: 'work',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
    AWS_ENABLE_ENDPOINT_DISCOVERY: 'true',
    AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
    AWS_DEFAULTS_MODE: 'nonsense',
    AWS_RETRY_MODE: 'nonsense',
    AWS_MAX_ATTEMPTS: 'many',
    AWS_SDK_UA_APP_ID: 'x'.repeat(60),
  };

  it('in the environment change nothing', async () => {
    await expectToWork(await started(HOSTILE));
  });

  it.each(['use_fips_endpoint = true', 'use_dualstack_endpoint = true', 'max_attempts = many'])(
    'in ~/.aws/config change nothing: %s',
    async (line) => {
      const home = await mkdtemp(join(tmpdir(), 'ordercast-home-'));
      onTestFinished(() => rm(home, { recursive: true }));
      await mkdir(join(home, '.aws'));
      await writeFile(join(home, '.aws', 'config'), `[default]\n${line}\n`);
      const noOthers = { AWS_CONFIG_FILE: '', AWS_SHARED_CREDENTIALS_FILE: '' };
      await expectToWork(await started({ HOME: home, USERPROFILE: home, ...noOthers }));
    },
  );
});

describe("the user's proxy", () => {
  /** A proxy that reaches nothing, as one on another network would not reach this machine. */
  async function deadEnd(): Promise<{ env: Record<string, string>; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(502).end();
    });
    server.on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const port = portOf(server);
    const proxy = `http://127.0.0.1:${port}`;
    const none = { no_proxy: '', NO_PROXY: '' };
    return {
      env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy, ...none },
      asked,
    };
  }

  it('is not asked for what is on this machine', async () => {
    const { env, asked } = await deadEnd();
    await expectToWork(await started(env, NPM_START));
    expect(asked).toEqual([]);
  });

  it('leaves what the user named as direct', async () => {
    const { env, asked } = await deadEnd();
    await expectToWork(await started({ ...env, NO_PROXY: 'intranet.example' }, NPM_START));
    expect(asked).toEqual([]);
  });

  it('that is in the way all the same is named, and nobody is told that the system is ready', async () => {
    const { env } = await deadEnd();
    // As whoever starts the program itself does, without npm.
    await expect(started(env)).rejects.toThrow(
      /^ended with 1: Ordercast cannot reach itself at .* NO_PROXY=localhost,127\.0\.0\.1,::1 npm start\n$/,
    );
  });
});

describe('NODE_ENV', () => {
  it.each(['production', 'development', 'test'])('%s changes nothing', async (NODE_ENV) => {
    await expectToWork(await started({ NODE_ENV }, NPM_START));
  });
});
