import { JwtVerifier } from 'aws-jwt-verify';
import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { z } from 'zod';
import type { Identity } from '../connections/connection-registry.ts';

/** Cognito gives this scope to every token of its own sign-in API. */
const REQUIRED_SCOPE = 'aws.cognito.signin.user.admin';
/** Clocks of the pool and of this host may differ by so much. */
const LEEWAY_SECONDS = 5;
const JWKS_TIMEOUT_MS = 3_000;

const claimsSchema = z.object({
  token_use: z.literal('access'),
  client_id: z.string(),
  scope: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  iat: z.number(),
  'cognito:groups': z.array(z.string()).default([]),
});
const rs256Schema = z.object({ alg: z.literal('RS256') });

/** The bearer may not come in; says why, for the log, never what the token was. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/**
 * Who an access token speaks for.
 * @throws TokenRefused for a token that is not ours, not whole, or not valid now; other errors mean
 * that the keys could not be had, which is not the bearer's fault.
 */
export type VerifyToken = (token: string) => Promise<VerifiedToken>;

export interface VerifiedToken extends Identity {
  /** Epoch ms, in whole seconds. */
  issuedAt: number;
}

export interface TokenVerifierOptions {
  /** The exact `iss` claim; the keys are at `<issuer>/.well-known/jwks.json`. */
  issuer: string;
  clientId: string;
  /** Epoch ms. */
  clock: () => number;
  /** Whether a subject's tokens up to an instant (epoch ms) are void although they are whole. */
  isRevoked: (sub: string, issuedAt: number) => Promise<boolean>;
}

/**
 * Verifies access tokens of a Cognito user pool: RS256 by the pool's keys alone, which are fetched
 * once and again for an unknown key id, at most every ten seconds.
 */
export function createTokenVerifier({
  issuer,
  clientId,
  clock,
  isRevoked,
}: TokenVerifierOptions): VerifyToken {
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: fetchKeys } });
  const verifier = JwtVerifier.create(
    {
      issuer,
      // Access tokens of Cognito have no audience; their client_id is checked below.
      audience: null,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      scope: REQUIRED_SCOPE,
      graceSeconds: LEEWAY_SECONDS,
      customJwtCheck: ({ header }) => {
        if (!rs256Schema.safeParse(header).success) throw new TokenRefused('not signed by RS256');
      },
    },
    { jwksCache },
  );

  return async (token) => {
    const payload = await verifier.verify(token).catch((error: unknown) => {
      throw isTheirFault(error) ? new TokenRefused(error.message) : error;
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) throw new TokenRefused('not an access token');
    const { sub, exp, iat, client_id, 'cognito:groups': groups } = claims.data;
    if (client_id !== clientId) throw new TokenRefused('issued to another client');
    const expiresAt = exp * 1000;
    if (expiresAt + LEEWAY_SECONDS * 1000 <= clock()) throw new TokenRefused('expired');
    const issuedAt = iat * 1000;
    if (await isRevoked(sub, issuedAt)) throw new TokenRefused('signed out');
    return { sub, groups, expiresAt, issuedAt };
  };
}

function isTheirFault(error: unknown): error is JwtBaseError {
  const isOurs = [FetchError, JwksValidationError, JwkValidationError].some(
    (kind) => error instanceof kind,
  );
  return error instanceof JwtBaseError && !isOurs;
}

/** The library's own fetcher speaks https alone; the laptop's pool does not. */
async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri, {
    redirect: 'error',
    signal: AbortSignal.timeout(JWKS_TIMEOUT_MS),
  });
  if (!response.ok) throw new FetchError(uri, `HTTP ${response.status}`);
  return response.arrayBuffer();
}
