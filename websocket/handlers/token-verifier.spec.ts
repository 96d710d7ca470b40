import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { CLIENT_ID } from '@ordercast/platform/testing/access-token.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createTokenVerifier, TokenRefused } from './token-verifier.ts';

const pool = await startTestUserPool();
afterAll(() => pool.close());

/** Whole seconds, as tokens have them. */
const NOW_S = Math.floor(realTimeMs() / 1000);

function makeVerifier(clock: () => number = () => NOW_S * 1000) {
  return createTokenVerifier({
    issuer: pool.issuer,
    clientId: CLIENT_ID,
    clock,
    isRevoked: () => Promise.resolve(false),
  });
}

describe('a token, by the clock that is handed in', () => {
  const exp = NOW_S + 3_600;

  it.each([
    ['at its end', 0, true],
    ['a moment before five seconds after its end', 4_999, true],
    ['five seconds after its end', 5_000, false],
  ])('%s', async (_when, ms, isTaken) => {
    const verified = makeVerifier(() => exp * 1000 + ms)(pool.token('ada', { exp }));
    if (isTaken) expect(await verified).toMatchObject({ sub: 'ada', expiresAt: exp * 1000 });
    else await expect(verified).rejects.toThrow(new TokenRefused('expired'));
  });
});

describe('a token, by the clock of the machine', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['five seconds after its end', { exp: NOW_S - 5 }, true],
    ['six seconds after its end', { exp: NOW_S - 6 }, false],
    ['five seconds before its time', { nbf: NOW_S + 5 }, true],
    ['six seconds before its time', { nbf: NOW_S + 6 }, false],
  ])('%s', async (_when, claims, isTaken) => {
    // The library asks the machine, whose date stands still here.
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_S * 1000 });
    const verified = makeVerifier(() => 0)(pool.token('ada', claims));
    if (isTaken) expect(await verified).toMatchObject({ sub: 'ada' });
    else await expect(verified).rejects.toThrow(TokenRefused);
  });
});
