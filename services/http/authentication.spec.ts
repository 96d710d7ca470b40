import { problemSchema } from '@ordercast/contract/problem.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  // Known from now on, so that only the token is at fault below.
  expect((await api.call(ADA, 'GET', '/products')).status).toBe(200);
});
afterAll(() => api.close());

function send(authorization: string) {
  return api.call(undefined, 'POST', '/orders', {
    body: { lines: [{ productId: 'tea', quantity: 1 }] },
    headers: { Authorization: authorization },
  });
}

async function expectRefused(authorization: string): Promise<void> {
  const before = await api.database.db('orders').pluck('id');
  const answer = await send(authorization);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="ordercast"/);
  expect(problemSchema.parse(answer.body)).toMatchObject({ status: 401, instance: '/orders' });
  expect(await api.database.db('orders').pluck('id')).toEqual(before);
}

describe('a token', () => {
  const now = () => Math.floor(realTimeMs() / 1000);

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YWRhOmFkYQ==',
    'Bearer a b',
    'Bearer nonsense',
    'Bearer ..',
  ])('sent as "%s" is refused', expectRefused);

  it('is taken with a scheme in small letters', async () => {
    expect((await send(`bearer ${api.pool.tokenFor(ADA)}`)).status).toBe(201);
  });

  it('gives no more than its groups say', async () => {
    const roles = async (groups: readonly string[]) => {
      const answer = await api.call({ ...ADA, groups }, 'GET', '/me');
      return answer.body;
    };
    expect(await roles([])).toMatchObject({ roles: ['customer'], name: ADA.name });
    expect(await roles(['staff'])).toMatchObject({ roles: ['customer', 'staff'] });
    expect(await roles(['admins'])).toMatchObject({ roles: ['customer', 'staff', 'admin'] });
    expect(await roles(['Admins', 'root'])).toMatchObject({ roles: ['customer'] });
  });

  it('tells an expired one apart, and says nothing else', async () => {
    const expired = await send(`Bearer ${api.pool.tokenFor(ADA, { exp: now() - 60 })}`);
    expect(expired.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
    expect(expired.body).toMatchObject({ detail: 'The access token has expired.' });
    const none = await api.call(undefined, 'GET', '/orders');
    expect(none.headers.get('WWW-Authenticate')).toBe('Bearer realm="ordercast"');
  });

  it('never stands in the log', async () => {
    const token = api.pool.tokenFor(ADA);
    await send(`Bearer ${token}`);
    await send(`Bearer ${token}x`);
    expect(api.logged.length).toBeGreaterThan(0);
    expect(api.logged.join('')).not.toContain(token.slice(-40));
  });
});

describe('the signing keys', () => {
  it('are read anew for a key id not seen before, but not for each that is thrown at us', async () => {
    let now = realTimeMs();
    const other = await startTestApi({ clock: () => now });
    try {
      const call = (header: Record<string, unknown> = {}) =>
        other.call(undefined, 'GET', '/products', {
          headers: { Authorization: `Bearer ${other.pool.tokenFor(ADA, {}, header)}` },
        });
      const reads = () => other.pool.calls.get('jwks');
      expect((await call()).status).toBe(200);
      expect(reads()).toBe(1);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_unused, index) => call({ kid: `unknown-${index}` })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
      expect(reads()).toBe(1);

      now += 10_000;
      other.pool.rotate();
      expect((await call()).status).toBe(200);
      expect(reads()).toBe(2);
    } finally {
      await other.close();
    }
  });

  it('go on being used while the pool is down, and are waited for before they were ever read', async () => {
    let now = realTimeMs();
    const other = await startTestApi({ clock: () => now });
    try {
      other.pool.setMode('down');
      const early = await other.call(ADA, 'GET', '/products');
      expect(early.status).toBe(503);
      expect(Number(early.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect((await other.call(undefined, 'GET', '/health/ready')).body).toMatchObject({
        dependencies: { database: 'up', signingKeys: 'down' },
      });

      other.pool.setMode('up');
      now += 2_000;
      expect((await other.call(ADA, 'GET', '/products')).status).toBe(200);
      other.pool.setMode('down');
      now += 3 * 60 * 60 * 1000;
      const token = other.pool.tokenFor(ADA, { exp: Math.floor(now / 1000) + 60 });
      const headers = { Authorization: `Bearer ${token}` };
      expect((await other.call(undefined, 'GET', '/products', { headers })).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});
