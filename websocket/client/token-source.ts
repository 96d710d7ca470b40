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
  return async (reason) => {
    const late = Promise.withResolvers<never>();
    const cancel = env.setTimer(
      () => late.reject(new Error('No answer in time.')),
      env.timings.tokenTimeoutMs,
    );
    try {
      const token = await Promise.race([getToken(reason), late.promise]);
      if (token) return token;
      throw new Error('No token.');
    } catch (cause) {
      throw new TokenUnavailableError('token() failed.', { cause });
    } finally {
      cancel();
    }
  };
}

/** The claims of a JWT, to read its times from; none where it is no JWT. Nothing is verified. */
export function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (isFields(claims)) return claims;
  } catch {
    // No JWT of ours.
  }
  return {};
}
