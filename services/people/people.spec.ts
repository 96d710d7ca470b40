import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADA, GRACE, SAM, startTestApi } from '../testing/test-api.ts';
import type { TestUser } from '@ordercast/platform/testing/test-user-pool.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import type { TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const TEA = { lines: [{ productId: 'tea', quantity: 1 }] };
const asked = () => api.pool.calls.get('GetUser') ?? 0;

describe('names and mail addresses', () => {
  it('are asked of the user pool once for each person, however many calls come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_unused, index) =>
        index % 2 === 0
          ? api.call(ADA, 'GET', '/me')
          : api.call(ADA, 'POST', '/orders', { body: TEA }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
    expect(asked()).toBe(1);
    expect((await api.call(ADA, 'GET', '/me')).body).toEqual({
      sub: ADA.sub,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      roles: ['customer'],
    });
    await api.call(GRACE, 'GET', '/me');
    expect(asked()).toBe(2);
    expect(await api.database.db('people').orderBy('sub').pluck('name')).toEqual([
      'Ada Lovelace',
      'Grace Hopper',
    ]);
  });

  it('are needed for some calls only, which say when to come back while the pool is down', async () => {
    await api.call(ADA, 'POST', '/orders', { body: TEA });
    api.pool.setMode('down');
    expect((await api.call(GRACE, 'GET', '/orders')).status).toBe(200);
    expect((await api.call(GRACE, 'GET', '/products')).status).toBe(200);
    expect((await api.call(ADA, 'POST', '/orders', { body: TEA })).status).toBe(201);
    for (const [method, path] of [
      ['GET', '/me'],
      ['POST', '/orders'],
    ] as const) {
      const answer = await api.call(GRACE, method, path, method === 'POST' ? { body: TEA } : {});
      expect(answer.status).toBe(503);
      expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
    }
    expect(await api.database.db('people').pluck('sub')).toEqual([ADA.sub]);
    api.pool.setMode('up');
    expect((await api.call(GRACE, 'POST', '/orders', { body: TEA })).status).toBe(201);
  });

  it('are asked for a move only once everything else allows it', async () => {
    const placed = await api.call(ADA, 'POST', '/orders', { body: TEA });
    const path = `${placed.headers.get('Location') ?? ''}/transitions`;
    const move = (to: string, ifMatch: string) =>
      api.call(SAM, 'POST', path, { body: { to }, headers: { 'If-Match': ifMatch } });
    api.pool.setMode('down');
    expect((await move('confirmed', '"9"')).status).toBe(412);
    expect((await move('delivered', '"1"')).status).toBe(409);
    expect((await move('confirmed', '"1"')).status).toBe(503);
    api.pool.setMode('up');
    expect((await move('confirmed', '"1"')).status).toBe(200);
  });

  it.each(['', ' ', '\u200b', '\u200e', '\u3164'])(
    'without a name that shows are not called by what they sign in with: %j',
    async (name) => {
      const nameless = { sub: 'sub-nameless', name, email: 'nameless@example.com' };
      const { body } = await api.call(nameless, 'GET', '/me');
      expect(body).toMatchObject({ name: 'Nameless', email: nameless.email });
    },
  );

  describe('at the next sign-in', () => {
    let signIns = 0;
    /** `GET /me` by a token of another, later sign-in. */
    const meAnew = async (user: TestUser) => {
      signIns += 1;
      const auth_time = Math.floor(realTimeMs() / 1000) + 3_600 * signIns;
      const headers = { Authorization: `Bearer ${api.pool.tokenFor(user, { auth_time })}` };
      const twice = [1, 2].map(() => api.call(undefined, 'GET', '/me', { headers }));
      const [first, second] = await Promise.all(twice);
      expect(second?.status).toBe(first?.status);
      return first?.body;
    };

    it('follow the user pool, which is asked once', async () => {
      await api.call(ADA, 'POST', '/orders', { body: TEA });
      const countess = { ...ADA, name: 'Countess Lovelace', email: 'countess@example.com' };
      const before = asked();
      expect(await meAnew(countess)).toMatchObject({
        name: 'Countess Lovelace',
        email: 'countess@example.com',
      });
      expect(asked()).toBe(before + 1);
      const found = await api.call(SAM, 'GET', '/orders?q=countess');
      expect(found.body).toMatchObject({ items: [{ customerName: 'Countess Lovelace' }] });
    });

    it('are taken only from an address that is verified', async () => {
      const eve = { sub: 'sub-eve', name: 'Eve', email: SAM.email, isVerified: false };
      expect(await meAnew(eve)).toMatchObject({ name: 'Eve', email: '' });
      const own = { ...eve, email: 'eve@example.com', isVerified: true };
      expect(await meAnew(own)).toMatchObject({ email: 'eve@example.com' });
      expect(await meAnew(eve)).toMatchObject({ email: 'eve@example.com' });
    });

    it('stay as they are known while the pool is down, and end with a token that it refuses', async () => {
      await api.call(ADA, 'GET', '/me');
      api.pool.setMode('down');
      expect(await meAnew(ADA)).toMatchObject({ name: ADA.name });
      api.pool.setMode('refusing');
      expect(await meAnew(ADA)).toMatchObject({ status: 401 });
    });
  });

  it('end the sign-in where the pool refuses the token', async () => {
    api.pool.setMode('refusing');
    const answer = await api.call(ADA, 'GET', '/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toContain('invalid_token');
  });
});
