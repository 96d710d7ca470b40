import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { orderSchema } from '@ordercast/contract/order.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { ADA, insertTestProducts } from './testing/test-api.ts';
import { startSecretServer } from '@ordercast/platform/testing/secret-server.ts';
import type { SecretServer } from '@ordercast/platform/testing/secret-server.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { openTestDatabase } from './testing/test-database.ts';
import type { TestDatabase } from './testing/test-database.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';

const API = join(import.meta.dirname, 'api.ts');
const portSchema = z.object({ port: z.number() });

let database: TestDatabase;
let pool: TestUserPool;
const children: Child[] = [];
beforeEach(async () => {
  [database, pool] = await Promise.all([openTestDatabase(), startTestUserPool()]);
  await insertTestProducts(database.db);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await child.ended;
  }
  await Promise.all([database.close(), pool.close()]);
});

async function startApi(settings: Record<string, string> = {}) {
  const child = startChild(API, {
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_ID: pool.clientId,
    COGNITO_ENDPOINT: pool.endpoint,
    ...settings,
  });
  children.push(child);
  const { port } = portSchema.parse(JSON.parse(await child.lineWith('listening')));
  return { child, port, url: `http://127.0.0.1:${port}` };
}

const ORDER = JSON.stringify({ lines: [{ productId: 'tea', quantity: 1 }] });
const headers = () => ({
  Authorization: `Bearer ${pool.tokenFor(ADA)}`,
  'Content-Type': 'application/json',
});

describe('the order API as a process of its own', () => {
  it('on SIGTERM says that it is not ready, and serves on until the load balancer knows', async () => {
    const { child, url } = await startApi({ DRAIN_DELAY_MS: '600000' });
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    child.kill('SIGTERM');
    await child.lineWith('stopping');

    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'draining' });
    expect(ready.headers.get('Connection')).toBe('close');
    const placed = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: headers(),
      body: ORDER,
    });
    expect(placed.status).toBe(201);
  });

  it('on SIGTERM finishes what is in hand, and ends well', async () => {
    const { child, port, url } = await startApi({ DRAIN_DELAY_MS: '0' });
    const slow = request({
      port,
      host: '127.0.0.1',
      path: '/orders',
      method: 'POST',
      headers: headers(),
    });
    const answered = new Promise<IncomingMessage>((resolve) => slow.once('response', resolve));
    slow.write(ORDER.slice(0, 10));
    // The server has the request in hand once it has answered one that came after it.
    await fetch(`${url}/products`, { headers: headers() });
    child.kill('SIGTERM');
    await child.lineWith('stopping');
    slow.end(ORDER.slice(10));
    const response = await answered;
    expect(response.statusCode).toBe(201);
    const order = orderSchema.parse(await json(response));
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(await database.db('orders').pluck('id')).toEqual([order.id]);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  it('answers 503 while its SQL Server is away, and goes on when that is back', async () => {
    const server = await startTdsServer();
    try {
      const { url } = await startApi({
        DATABASE_URL: `mssql://app:hunter2@127.0.0.1:${server.port}/shop?encrypt=false`,
      });
      const products = () => fetch(`${url}/products`, { headers: headers() });
      expect((await products()).status).toBe(200);
      await server.stop();
      const answer = await products();
      expect(answer.status).toBe(503);
      expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
      expect(await answer.text()).toContain('The database cannot serve now');
      const ready = await fetch(`${url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ dependencies: { database: 'down' } });
      await server.start();
      expect((await products()).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('says which settings are missing or wrong, and not what the secret ones hold', async () => {
    const child = startChild(API, { DATABASE_URL: 'mssql://user:hunter2@host/db', PORT: 'high' });
    expect((await child.ended).code).toBe(1);
    const text = child.lines.join('\n');
    expect(text).toContain('COGNITO_ISSUER: is not set');
    expect(text).toContain('COGNITO_CLIENT_ID: is not set');
    expect(text).toContain('PORT: ');
    expect(text).not.toContain('hunter2');
  });

  describe('with a secret of its gateway', () => {
    const secret = 'a-value-that-only-the-gateway-has-42';
    let secrets: SecretServer;
    let settings: Record<string, string>;
    beforeEach(async () => {
      secrets = await startSecretServer();
      settings = {
        GATEWAY_SECRET_ID: 'shop/gateway',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? '',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
    });
    afterEach(async () => {
      await secrets.close();
      vi.unstubAllEnvs();
    });

    it('serves what came through it alone, and does not tell the secret', async () => {
      secrets.secret = JSON.stringify({ newest: secret });
      const { child, url } = await startApi({ ...settings, DRAIN_DELAY_MS: '0' });
      const products = (more: Record<string, string>) =>
        fetch(`${url}/products`, { headers: { ...headers(), ...more } });
      expect((await products({})).status).toBe(403);
      const through = {
        'Ordercast-Gateway-Secret': secret,
        'Ordercast-Client-Address': '203.0.113.7',
      };
      expect((await products(through)).status).toBe(200);
      expect(await child.lineWith('"clientAddress":"203.0.113.7"')).toContain('/products');
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      child.kill('SIGTERM');
      expect(await child.ended).toEqual({ code: 0, signal: null });
      expect(child.lines.join('\n')).not.toContain(secret);
    });

    it('does not start where that cannot be used, and says why in a sentence', async () => {
      secrets.secret = secret;
      await expect(startApi(settings)).rejects.toThrow(
        'The secret shop/gateway is not of the shape',
      );
      const lines = children[0]?.lines ?? [];
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toContain(secret);
    });
  });

  it('keeps every order that it answered with 201, killed at any moment, each once', async () => {
    const acknowledged: string[] = [];
    const apis = [await startApi(), await startApi()];
    const place = async (index: number): Promise<void> => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const api = apis[(index + attempt) % apis.length];
        if (api === undefined) return;
        const answer = await fetch(`${api.url}/orders`, {
          method: 'POST',
          headers: { ...headers(), 'Idempotency-Key': `order-${index}` },
          body: ORDER,
        }).catch(() => undefined);
        if (answer?.status === 201) {
          acknowledged.push(orderSchema.parse(await answer.json()).id);
          return;
        }
      }
      throw new Error('never answered');
    };
    const placing = Promise.all(Array.from({ length: 200 }, (_unused, index) => place(index)));
    while (acknowledged.length < 60) await new Promise((resolve) => setImmediate(resolve));
    apis[0]?.child.kill('SIGKILL');
    await apis[0]?.child.ended;
    apis[0] = await startApi();
    await placing;

    // A repeat of an order whose answer got lost was answered with the first one's.
    expect(new Set(acknowledged).size).toBe(200);
    const stored = await database.db('orders').orderBy('id').pluck('id');
    expect(stored).toEqual([...acknowledged].sort());
    const events = await database.db('outbox').pluck('id');
    expect(events).toHaveLength(200);
    const check = z.array(z.object({ integrity_check: z.string() }));
    expect(check.parse(await database.db.raw('pragma integrity_check'))).toEqual([
      { integrity_check: 'ok' },
    ]);
  });

  it('gives one answer to one idempotency key sent to two processes at once', async () => {
    const apis = [await startApi(), await startApi()];
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_unused, index) => {
        const answer = await fetch(`${apis[index % 2]?.url ?? ''}/orders`, {
          method: 'POST',
          headers: { ...headers(), 'Idempotency-Key': 'shared' },
          body: ORDER,
        });
        return { status: answer.status, text: await answer.text() };
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await database.db('orders').pluck('id')).toHaveLength(1);
  });
});
