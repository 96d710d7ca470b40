import {
  CognitoAccessToken,
  CognitoIdToken,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserPool,
  CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthError } from './auth-error.ts';
import { MemoryStorage } from './memory-storage.ts';
import { Session } from './session.svelte.ts';
import { SignedInUser } from './signed-in-user.ts';

/** The library compares tokens with the real clock, so the user's clock must agree with it. */
const NOW_SECONDS = Math.floor(Date.now() / 1000);

function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

/** Tokens as Cognito gives them, made `age` seconds ago for `life` seconds. */
function tokens(age: number, life: number, name = 'first') {
  const times = { iat: NOW_SECONDS - age, exp: NOW_SECONDS - age + life, jti: name };
  const access = { ...times, sub: 'ada', username: 'ada', 'cognito:groups': ['staff'] };
  return { AccessToken: jwt(access), IdToken: jwt(times) };
}

describe('a signed-in user', () => {
  let server: Server;
  let endpoint: string;
  let refreshes: number;
  let answer: { status: number; body: object };

  beforeEach(async () => {
    refreshes = 0;
    const renewed = { ...tokens(0, 3600, 'renewed'), ExpiresIn: 3600, TokenType: 'Bearer' };
    answer = { status: 200, body: { AuthenticationResult: renewed } };
    server = createServer((_request, response) => {
      refreshes += 1;
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer.body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    endpoint = `http://127.0.0.1:${address.port}/`;
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  function signedIn(age: number, life: number): SignedInUser {
    const Storage = new MemoryStorage();
    const Pool = new CognitoUserPool({
      UserPoolId: 'us-east-1_ordercast',
      ClientId: 'client',
      endpoint,
      Storage,
    });
    const { AccessToken, IdToken } = tokens(age, life);
    const session = new CognitoUserSession({
      AccessToken: new CognitoAccessToken({ AccessToken }),
      IdToken: new CognitoIdToken({ IdToken }),
      RefreshToken: new CognitoRefreshToken({ RefreshToken: 'refresh' }),
    });
    const user = new CognitoUser({ Username: 'ada', Pool, Storage });
    // The library takes the clock's drift from the token's age; here the clocks agree.
    Object.assign(session, { clockDrift: 0 });
    return new SignedInUser(user, session, () => NOW_SECONDS * 1000);
  }

  const nameOf = (token: string) =>
    new CognitoAccessToken({ AccessToken: token }).decodePayload()['jti'] === 'renewed'
      ? 'renewed'
      : 'first';

  it('is known by the claims of the token', () => {
    expect(signedIn(0, 3600).claims).toEqual({ sub: 'ada', groups: ['staff'] });
  });

  it('uses a token as long as it has some life left', async () => {
    expect(nameOf(await signedIn(3500, 3600).accessToken())).toBe('first');
    expect(nameOf(await signedIn(3, 5).accessToken())).toBe('first');
    expect(refreshes).toBe(0);
  });

  it.each([
    [3550, 3600],
    [4, 5],
    [9000, 3600],
  ])('renews one that is %d of %d seconds old, once for all who ask', async (age, life) => {
    const user = signedIn(age, life);
    const given = await Promise.all([user.accessToken(), user.accessToken()]);
    expect(given.map(nameOf)).toEqual(['renewed', 'renewed']);
    expect(nameOf(await user.accessToken())).toBe('renewed');
    expect(refreshes).toBe(1);
  });

  it('gets a new token when a good one was refused', async () => {
    expect(nameOf(await signedIn(0, 3600).accessToken({ fresh: true }))).toBe('renewed');
  });

  it('loses the session when Cognito refuses to renew it', async () => {
    answer = {
      status: 400,
      body: { __type: 'NotAuthorizedException', message: 'Refresh Token has been revoked' },
    };
    const session = new Session({ restore: () => Promise.resolve(signedIn(3600, 3600)) });
    await session.restore();
    expect(session.state).toBe('signed-in');
    const refusal = await session.accessToken().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'NotAuthorizedException' });
    expect([session.state, session.hasEnded, session.hasLeft]).toEqual(['signed-out', true, false]);
  });
});

describe('a session', () => {
  it('that could not be checked is neither in nor out', async () => {
    const offline = new AuthError('NetworkError', 'Network error');
    const session = new Session({ restore: () => Promise.reject(offline) });
    await session.restore();
    expect(session.state).toBe('unreachable');
  });

  it('is out where this tab holds none', async () => {
    const session = new Session({ restore: () => Promise.resolve(undefined) });
    await session.restore();
    expect([session.state, session.hasEnded]).toEqual(['signed-out', false]);
    await expect(session.accessToken()).rejects.toThrow(AuthError);
  });
});
