import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { problemSchema } from '@ordercast/contract/problem.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgedTokens } from './testing/forged-token.ts';
import { handshakeStatus } from './testing/handshake.ts';
import { call, signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';

let system: SystemProcess;
let ada: Person;
let forged: Record<string, string>;

beforeAll(async () => {
  system = await startSystemProcess();
  ada = await signInAs(system.url, 'ada@example.com');
  const { cognitoEndpoint, userPoolId } = ada.config;
  forged = await forgedTokens(
    ada.accessToken,
    `${cognitoEndpoint}/${userPoolId}/.well-known/jwks.json`,
  );
  forged['ID token'] = ada.idToken;
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
  expect(system.errors()).toBe('');
});

async function expect401(token: string | undefined, name: string): Promise<void> {
  const { status, headers, body } = await call(ada.config.apiUrl, token, 'GET', '/orders');
  expect(status, name).toBe(401);
  expect(headers.get('www-authenticate'), name).toMatch(/^Bearer/);
  expect(headers.get('content-type'), name).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(body);
  expect(problem.status, name).toBe(401);
  expect(JSON.stringify(problem), name).not.toContain('eyJ');
}

describe('tokens', () => {
  it('are refused with a problem over HTTP unless they are real', async () => {
    await expect401(undefined, 'none');
    for (const [name, token] of Object.entries(forged)) await expect401(token, name);
    expect((await ada.call('GET', '/orders')).status).toBe(200);
  });

  it('are refused at the handshake unless they are real', async () => {
    const { realtimeUrl } = ada.config;
    expect(await handshakeStatus(realtimeUrl, undefined)).toBe(401);
    for (const [name, token] of Object.entries(forged)) {
      expect(await handshakeStatus(realtimeUrl, token), name).toBe(401);
    }
    expect(await handshakeStatus(realtimeUrl, ada.accessToken)).toBe(101);
  });

  it('do not open a socket for a page of a foreign origin', async () => {
    const { realtimeUrl } = ada.config;
    const from = (Origin: string) => handshakeStatus(realtimeUrl, ada.accessToken, { Origin });
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await from(system.url)).toBe(101);
  });

  it('are no use once they have expired', async () => {
    const short = await startSystemProcess(['--ephemeral', '--token-seconds', '1']);
    const grace = await signInAs(short.url, 'grace@example.com');
    // The clock's leeway is 5 s: the API says itself when the token is no good any more.
    await expect.poll(async () => (await grace.call('GET', '/orders')).status).toBe(401);
    expect(await handshakeStatus(grace.config.realtimeUrl, grace.accessToken)).toBe(401);
    expect(await short.stop()).toBe(0);
  });
});
