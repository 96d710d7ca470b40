import { createSign, generateKeyPairSync } from 'node:crypto';
import { problemSchema } from '@ordercast/contract/problem.ts';
import {
  decodeToken,
  encodePart,
  signHs256,
  signRs256,
} from '@ordercast/platform/testing/access-token.ts';
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

function forged(kind: string): string {
  const good = api.pool.tokenFor(ADA);
  const { header, claims } = decodeToken(good);
  const [headerPart = '', claimsPart = '', signature = ''] = good.split('.');
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const withHeader = (changes: Record<string, unknown>) =>
    signRs256({ ...header, ...changes }, claims, foreign.privateKey);
  switch (kind) {
    case 'alg none':
      return `${encodePart({ ...header, alg: 'none' })}.${claimsPart}.`;
    case 'alg nOnE with the old signature':
      return `${encodePart({ ...header, alg: 'nOnE' })}.${claimsPart}.${signature}`;
    case 'a stripped signature':
      return `${headerPart}.${claimsPart}.`;
    case 'two parts':
      return `${headerPart}.${claimsPart}`;
    case 'HS256 by the public key': {
      const pem = api.pool.publicKey.export({ type: 'spki', format: 'pem' });
      return signHs256({ ...header, alg: 'HS256' }, claims, pem);
    }
    case 'RS512 by the right key': {
      const text = `${encodePart({ ...header, alg: 'RS512' })}.${claimsPart}`;
      const sign = createSign('RSA-SHA512').update(text);
      return `${text}.${sign.sign(api.pool.privateKey, 'base64url')}`;
    }
    case 'a foreign key':
      return withHeader({});
    case 'an embedded jwk':
      return withHeader({ jwk: foreign.publicKey.export({ format: 'jwk' }) });
    case 'a jku of its own':
      return withHeader({ jku: 'http://127.0.0.1:1/jwks.json' });
    case 'a kid that climbs':
      return withHeader({ kid: '../../../../dev/null' });
    case 'a kid of the prototype':
      return withHeader({ kid: '__proto__' });
    case 'a kid that is a list':
      return withHeader({ kid: [api.pool.kid] });
    case 'no kid':
      return signRs256({ alg: 'RS256' }, claims, api.pool.privateKey);
    case 'a critical header':
      return signRs256({ ...header, crit: ['b64'] }, claims, api.pool.privateKey);
    case 'edited claims':
      return `${headerPart}.${encodePart({ ...claims, 'cognito:groups': ['admins'] })}.${signature}`;
    case 'a body that is no JSON':
      return `${headerPart}.${Buffer.from('nonsense').toString('base64url')}.${signature}`;
    default:
      throw new Error(kind);
  }
}

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
  it.each([
    'alg none',
    'alg nOnE with the old signature',
    'a stripped signature',
    'two parts',
    'HS256 by the public key',
    'RS512 by the right key',
    'a foreign key',
    'an embedded jwk',
    'a jku of its own',
    'a kid that climbs',
    'a kid of the prototype',
    'a kid that is a list',
    'no kid',
    'a critical header',
    'edited claims',
    'a body that is no JSON',
  ])('with %s is refused', async (kind) => {
    await expectRefused(`Bearer ${forged(kind)}`);
  });

  const now = () => Math.floor(realTimeMs() / 1000);
  it.each([
    ['of another issuer', { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other' }],
    ['of a longer issuer', { iss: 'extended' }],
    ['of another client', { client_id: 'another' }],
    ['without a client', { client_id: undefined }],
    ['that is an ID token', { token_use: 'id', aud: 'ordercastweb0000000000000a' }],
    ['without its scope', { scope: 'openid email' }],
    ['with a scope that only begins like it', { scope: 'aws.cognito.signin.user.administrator' }],
    ['that has expired', { exp: now() - 6 }],
    ['that never expires', { exp: undefined }],
    ['that is not yet valid', { nbf: now() + 60 }],
    ['without a subject', { sub: undefined }],
    ['with groups that are no list', { 'cognito:groups': 'admins' }],
  ])('%s is refused', async (_what, changes) => {
    const iss = 'iss' in changes && changes.iss === 'extended' ? `${api.pool.issuer}/` : undefined;
    const claims = { ...changes, ...(iss && { iss }) };
    await expectRefused(`Bearer ${api.pool.tokenFor(ADA, claims)}`);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YWRhOmFkYQ==',
    'Bearer a b',
    'Bearer nonsense',
    'Bearer ..',
  ])('sent as "%s" is refused', expectRefused);

  it('may be up to 5 seconds late, for clocks differ', async () => {
    expect((await send(`Bearer ${api.pool.tokenFor(ADA, { exp: now() - 2 })}`)).status).toBe(201);
  });

  it('with other scopes beside its own is taken, and so is a lower-case scheme', async () => {
    const scope = 'openid aws.cognito.signin.user.admin email';
    expect((await send(`bearer ${api.pool.tokenFor(ADA, { scope })}`)).status).toBe(201);
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
