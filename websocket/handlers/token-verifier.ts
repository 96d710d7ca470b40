import { isUtf8 } from 'node:buffer';
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
const LEEWAY_MS = 5_000;
const JWKS_TIMEOUT_MS = 3_000;

/** What API Gateway takes of all headers together ("Amazon API Gateway quotas"). */
const MAX_TOKEN_LENGTH = 10_240;

/** Whole seconds since 1970 in at most ten digits, so that no date or TTL made of it overflows. */
const instantSchema = z.int().min(0).max(9_999_999_999);

/** The order API holds tokens to the same (`platform/access-token.ts`); `token-cases.ts` shows it. */
const claimsSchema = z.object({
  token_use: z.literal('access'),
  client_id: z.string(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  scope: z.string(),
  sub: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  exp: instantSchema,
  iat: instantSchema,
  nbf: instantSchema.default(0),
  'cognito:groups': z.array(z.string()).default([]),
});

/** `crit` must be understood or refused (RFC 7515, 4.1.11), and the library overlooks it; so `b64`. */
const headerSchema = z.object({
  alg: z.literal('RS256'),
  crit: z.never().optional(),
  b64: z.never().optional(),
});

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
      // The library asks the machine's clock; the one that is handed in judges below.
      graceSeconds: Number.MAX_SAFE_INTEGER,
      customJwtCheck: ({ header }) => {
        if (!headerSchema.safeParse(header).success) throw new TokenRefused('not plain RS256');
      },
    },
    { jwksCache },
  );

  return async (token) => {
    if (!isCompactToken(token)) throw new TokenRefused('not a token');
    const payload = await verifier.verify(token).catch((error: unknown) => {
      throw isTheirFault(error) ? new TokenRefused(error.message) : error;
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) throw new TokenRefused('not an access token');
    const { sub, exp, iat, nbf, client_id, aud, 'cognito:groups': groups } = claims.data;
    const isForUs = client_id === clientId && aud?.includes(clientId) !== false;
    if (!isForUs) throw new TokenRefused('issued to another client');
    const expiresAt = exp * 1000;
    if (expiresAt + LEEWAY_MS <= clock()) throw new TokenRefused('expired');
    if (nbf * 1000 - LEEWAY_MS > clock()) throw new TokenRefused('not valid yet');
    const issuedAt = iat * 1000;
    if (await isRevoked(sub, issuedAt)) throw new TokenRefused('signed out');
    return { sub, groups, expiresAt, issuedAt };
  };
}

/** Letter for letter: decoders overlook padding, blanks and loose bits, and one token had many names. */
function isCompactToken(token: string): boolean {
  if (token.length > MAX_TOKEN_LENGTH) return false;
  const parts = token.split('.');
  const bytes = parts.map((part) => Buffer.from(part, 'base64url'));
  return (
    bytes.every((part, index) => part.toString('base64url') === parts[index]) &&
    bytes.slice(0, 2).every(isUtf8)
  );
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
