import type { KeyObject } from 'node:crypto';
import { rolesOfGroups } from '@ordercast/contract/role.ts';
import type { Request, Response } from 'express';
import { UnauthorizedError, expressjwt } from 'express-jwt';
import type { Jwt } from 'jsonwebtoken';
import { z } from 'zod';
import {
  accessClaimsSchema,
  isCompactToken,
  tokenHeaderSchema,
} from '@ordercast/platform/access-token.ts';
import { KeysUnavailable } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { unauthorized, unavailable } from './problem.ts';
import type { Caller } from './route.ts';

export type Authenticate = (request: Request, response: Response) => Promise<Caller>;

/** How far the pool's clock and ours may lie apart. */
const LEEWAY_SECONDS = 5;

/**
 * Checks the access token of a request: RS256 by a key of the pool, exact issuer, `token_use`
 * access, our client, the scope of a sign-in, valid now. Whatever fails is a 401 problem; keys
 * that cannot be had are a 503. `clock` is in epoch milliseconds.
 */
export function createAuthentication(settings: {
  issuer: string;
  clientId: string;
  keyRing: KeyRing;
  /** Epoch ms. */
  clock: () => number;
}): Authenticate {
  const { issuer, clientId, keyRing, clock } = settings;
  const claimsSchema = accessClaimsSchema(clientId).extend({ auth_time: z.number().catch(0) });
  const verify = expressjwt({
    secret: (_request: unknown, token: Jwt | undefined) => keyOf(token, keyRing),
    algorithms: ['RS256'],
    issuer,
    clockTolerance: LEEWAY_SECONDS,
    // Read by jsonwebtoken at each verification.
    get clockTimestamp() {
      return Math.floor(clock() / 1000);
    },
  });

  return async (request, response) => {
    await new Promise<void>((resolve, reject) => {
      void verify(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(toProblem(error));
      });
    });
    const claims = claimsSchema.safeParse('auth' in request ? request.auth : undefined);
    const accessToken = (request.headers.authorization ?? '').slice('Bearer '.length);
    if (!claims.success || !isCompactToken(accessToken)) {
      throw unauthorized('This is not an access token for this API.', 'invalid_token');
    }
    return {
      sub: claims.data.sub,
      roles: rolesOfGroups(claims.data['cognito:groups']),
      accessToken,
      signedInAt: claims.data.auth_time,
    };
  };
}

async function keyOf(token: Jwt | undefined, keyRing: KeyRing): Promise<KeyObject> {
  const header = tokenHeaderSchema.safeParse(token?.header);
  if (!header.success) throw new InvalidToken();
  const key = await keyRing.keyOf(header.data.kid);
  if (key === undefined) throw new InvalidToken();
  return key;
}

class InvalidToken extends Error {
  override name = 'InvalidToken';
}

function toProblem(error: unknown): Error {
  if (error instanceof KeysUnavailable) {
    return unavailable('Sign-ins cannot be checked now. Try again soon.', 2);
  }
  if (error instanceof UnauthorizedError && error.code === 'credentials_required') {
    return unauthorized('Send an access token: Authorization: Bearer <token>.');
  }
  const cause: unknown = error instanceof UnauthorizedError ? error.inner : error;
  const expired = cause instanceof Error && cause.name === 'TokenExpiredError';
  return unauthorized(
    expired ? 'The access token has expired.' : 'The access token is not valid.',
    'invalid_token',
  );
}
