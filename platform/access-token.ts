import { isUtf8 } from 'node:buffer';
import { z } from 'zod';

/** What API Gateway takes of all headers together ("Amazon API Gateway quotas"). */
const MAX_TOKEN_LENGTH = 10_240;
/** The scope of Cognito's own sign-in API; a token of an SRP sign-in carries no other. */
const SCOPE = 'aws.cognito.signin.user.admin';

/** Whole seconds since 1970 in at most ten digits, so that no date or timer made of it overflows. */
const instantSchema = z.int().min(0).max(9_999_999_999);

/**
 * The header of a token that a pool signs. `crit` must be understood or refused (RFC 7515, 4.1.11),
 * and the libraries overlook it; `b64` says that the body is not what it seems (RFC 7797).
 */
export const tokenHeaderSchema = z.object({
  alg: z.literal('RS256'),
  kid: z.string(),
  crit: z.never().optional(),
  b64: z.never().optional(),
});

/**
 * The claims of an access token for this app client, its issuer and times apart. What the realtime
 * core says of the same claims stands in its own token verifier: `token-cases.ts` holds both alike.
 */
export function accessClaimsSchema(clientId: string) {
  const ours = z.literal(clientId);
  return z.object({
    sub: z.string().regex(/^[\x21-\x7e]{1,64}$/),
    token_use: z.literal('access'),
    client_id: ours,
    aud: z.union([ours, z.array(z.string()).refine((all) => all.includes(clientId))]).optional(),
    scope: z.string().refine((scope) => scope.split(' ').includes(SCOPE)),
    exp: instantSchema,
    iat: instantSchema,
    nbf: instantSchema.optional(),
    'cognito:groups': z.array(z.string()).default([]),
  });
}

/**
 * Whether this is a JWT's compact form, letter for letter: decoders overlook padding, blanks and bits
 * that count for nothing, so that one token would have many names.
 */
export function isCompactToken(token: string): boolean {
  if (token.length > MAX_TOKEN_LENGTH) return false;
  const parts = token.split('.');
  const bytes = parts.map((part) => Buffer.from(part, 'base64url'));
  return (
    parts.length === 3 &&
    bytes.every((part, index) => part.length > 0 && part.toString('base64url') === parts[index]) &&
    bytes.slice(0, 2).every(isUtf8)
  );
}
