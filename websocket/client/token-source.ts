import type { Environment } from './environment.ts';
import { TokenUnavailableError } from './errors.ts';
import { isFields } from './frames.ts';

/**
 * Why a token is wanted. For `connect` a cached token will do as long as it is valid; for `expiring`
 * and `refused` the library needs a new one: refresh the session even if the cached token looks good.
 */
export type TokenReason = 'connect' | 'expiring' | 'refused';

/** The application's source of access tokens. May reject; it is asked again later. */
export type GetToken = (reason: TokenReason) => Promise<string>;

/** Wraps `getToken` so that it always settles, in time, with a token or a TokenUnavailableError. */
export function boundedTokenSource(getToken: GetToken, env: Environment): GetToken {
  return (reason) =>
    new Promise((resolve, reject) => {
      const fail = (message: string, cause?: unknown) =>
        reject(new TokenUnavailableError(message, { cause }));
      const cancel = env.setTimer(
        () => fail('No answer from token().'),
        env.timings.tokenTimeoutMs,
      );
      // In an async function, so that a token() that throws counts as one that rejects.
      (async () => getToken(reason))()
        .then(resolve, (error: unknown) => fail('token() failed.', error))
        .finally(cancel);
    });
}

/** `exp` and `iat` of the JWT, in epoch ms, NaN where it has none: read for timing, nothing is verified. */
export function tokenTimes(token: string): { expiresMs: number; issuedMs: number } {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (isFields(claims)) {
      return { expiresMs: Number(claims.exp) * 1000, issuedMs: Number(claims.iat) * 1000 };
    }
  } catch {
    // No JWT of ours.
  }
  return { expiresMs: NaN, issuedMs: NaN };
}
