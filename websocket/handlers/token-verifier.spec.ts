import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { CLIENT_ID } from '@ordercast/platform/testing/access-token.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { createTokenVerifier, TokenRefused } from './token-verifier.ts';

const pool = await startTestUserPool();
afterAll(() => pool.close());

/** Whole seconds, as tokens have them. */
const NOW_S = Math.floor(realTimeMs() / 1000);

function makeVerifier(clock: () => number) {
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

describe('a token that is not valid yet, by the clock that is handed in', () => {
  const nbf = NOW_S + 3_600;

  it.each([
    ['more than five seconds before its time', -5_001, false],
    ['five seconds before its time', -5_000, true],
  ])('%s', async (_when, ms, isTaken) => {
    const verified = makeVerifier(() => nbf * 1000 + ms)(pool.token('ada', { nbf }));
    if (isTaken) expect(await verified).toMatchObject({ sub: 'ada' });
    else await expect(verified).rejects.toThrow(new TokenRefused('not valid yet'));
  });
});
