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
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../testing/held-calls.ts';
import { AuthError } from './auth-error.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { Session } from './session.svelte.ts';
import { SignedInUser } from './signed-in-user.ts';

const NOW_SECONDS = Date.UTC(2026, 10, 22, 8, 30) / 1000;

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
  let inFlight: (() => void)[] | undefined;
  let answer: { status: number; body: object };

  beforeEach(async () => {
    // The library goes by the machine's clock and waits by its timers: here both stand still.
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'], now: NOW_SECONDS * 1000 });
    refreshes = 0;
    inFlight = undefined;
    const renewed = { ...tokens(0, 3600, 'renewed'), ExpiresIn: 3600, TokenType: 'Bearer' };
    answer = { status: 200, body: { AuthenticationResult: renewed } };
    server = createServer((_request, response) => {
      refreshes += 1;
      const { status, body } = answer;
      const respond = () => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(body));
      };
      if (inFlight) inFlight.push(respond);
      else respond();
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
    vi.useRealTimers();
  });

  /** @param clockDrift how far the device's clock runs ahead of Cognito's, in seconds */
  function signedIn(age: number, life: number, clockDrift = 0): SignedInUser {
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
    // The library takes the drift from the token's age, as if every token were new.
    Object.assign(session, { clockDrift });
    return new SignedInUser(user, session, () => (NOW_SECONDS + clockDrift) * 1000);
  }

  const nameOf = (token: string) =>
    new CognitoAccessToken({ AccessToken: token }).decodePayload()['jti'] === 'renewed'
      ? 'renewed'
      : 'first';

  it('is known by the claims of the token', () => {
    expect(signedIn(0, 3600).claims).toEqual({ sub: 'ada', groups: ['staff'] });
  });

  it.each([
    [0, 3600],
    [3539, 3600],
    [179, 240],
    [74, 100],
    [3, 5],
  ])('uses a token that is %d of %d seconds old', async (age, life) => {
    expect(nameOf(await signedIn(age, life).accessToken())).toBe('first');
    expect(refreshes).toBe(0);
  });

  // A minute before the end; a quarter of a life that is shorter than four.
  it.each([
    [3540, 3600],
    [180, 240],
    [75, 100],
    [4, 5],
    [9000, 3600],
  ])('renews one that is %d of %d seconds old, once for all who ask', async (age, life) => {
    const user = signedIn(age, life);
    const given = await Promise.all([user.accessToken(), user.accessToken()]);
    expect(given.map(nameOf)).toEqual(['renewed', 'renewed']);
    expect(nameOf(await user.accessToken())).toBe('renewed');
    expect(refreshes).toBe(1);
  });

  it.each([-600, 600])('goes by Cognito’s time on a clock that is %d s fast', async (drift) => {
    expect(nameOf(await signedIn(3539, 3600, drift).accessToken())).toBe('first');
    expect(nameOf(await signedIn(3540, 3600, drift).accessToken())).toBe('renewed');
  });

  it('gets a new token when a good one was refused', async () => {
    expect(nameOf(await signedIn(0, 3600).accessToken({ fresh: true }))).toBe('renewed');
  });

  it('renews once for all who ask meanwhile, and once more for who asks after', async () => {
    const user = signedIn(0, 3600);
    inFlight = [];
    const given = [user.accessToken({ fresh: true }), user.accessToken({ fresh: true })];
    await expect.poll(() => inFlight?.length).toBe(1);
    given.push(user.accessToken({ fresh: true }));
    expect(nameOf(await user.accessToken())).toBe('first');
    for (const respond of inFlight.splice(0)) respond();
    expect((await Promise.all(given)).map(nameOf)).toEqual(['renewed', 'renewed', 'renewed']);
    expect(refreshes).toBe(1);
    inFlight = undefined;
    await user.accessToken({ fresh: true });
    expect(refreshes).toBe(2);
  });

  it('loses the session when Cognito refuses to renew it', async () => {
    answer = {
      status: 400,
      body: { __type: 'NotAuthorizedException', message: 'Refresh Token has been revoked' },
    };
    const session = new Session({ restore: () => Promise.resolve(signedIn(3600, 3600)) });
    await session.restore();
    expect(session.state).toBe('signed-in');
    let refusal: unknown;
    const asked = session.accessToken().catch((error: unknown) => (refusal = error));
    // The library tries again and again, however clear the refusal was.
    while (refusal === undefined) {
      vi.runOnlyPendingTimers();
      await settled();
    }
    await asked;
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
