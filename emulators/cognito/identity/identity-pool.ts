import { z } from 'zod';
import type { Pool } from '../pool.ts';
import { CognitoError, notAuthorized } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';

const CREDENTIALS_MS = 3_600_000;

const idClaimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  token_use: z.literal('id'),
  exp: z.number(),
});

const logins = z.partialRecord(z.string(), z.string()).default({});

/** GetId: one identity a user, the same each time; nobody without an ID token of the pool. */
export const getId = operation(
  z.object({ IdentityPoolId: z.string(), Logins: logins }),
  (pool, { IdentityPoolId, Logins }) => ({
    IdentityId: identityOf(pool, subjectOf(pool, Logins), regionOf(IdentityPoolId)),
  }),
);

/**
 * GetCredentialsForIdentity: credentials of the right shape, good for an hour. The laptop's
 * services take any, so they open nothing that is not open anyway.
 */
export const getCredentialsForIdentity = operation(
  z.object({ IdentityId: z.string(), Logins: logins }),
  (pool, { IdentityId, Logins }) => {
    const owner = identityOf(pool, subjectOf(pool, Logins), regionOf(IdentityId));
    if (owner !== IdentityId) {
      throw new CognitoError('ResourceNotFoundException', `Identity '${IdentityId}' not found.`);
    }
    const letters = pool.randomBytes(8).toString('hex').toUpperCase();
    return {
      IdentityId,
      Credentials: {
        AccessKeyId: `ASIA${letters}`,
        SecretKey: pool.randomBytes(30).toString('base64'),
        SessionToken: pool.randomBytes(96).toString('base64'),
        Expiration: Math.floor((pool.clock() + CREDENTIALS_MS) / 1000),
      },
    };
  },
);

/** The user of the ID token among the logins; the provider is the pool, on AWS or here. */
function subjectOf(pool: Pool, given: Partial<Record<string, string>>): string {
  const { poolId, issuer, clientId } = pool.settings;
  const region = regionOf(poolId.replace('_', ':'));
  const here = issuer.replace(/^https?:\/\//, '');
  const token = given[`cognito-idp.${region}.amazonaws.com/${poolId}`] ?? given[here];
  if (token === undefined) {
    throw notAuthorized('Unauthenticated access is not supported for this identity pool.');
  }
  const claims = idClaimsSchema.safeParse(pool.signer.verify(token)).data;
  if (claims?.iss !== issuer || claims.aud !== clientId) {
    throw notAuthorized('Invalid login token. Not a valid OpenId Connect identity token.');
  }
  if (claims.exp * 1000 <= pool.clock()) {
    const expired = Math.floor(pool.clock() / 1000);
    throw notAuthorized(`Invalid login token. Token expired: ${claims.exp} >= ${expired}`);
  }
  return claims.sub;
}

function identityOf(pool: Pool, subject: string, region: string): string {
  const hex = pool.sealer.derive('identity', subject).toString('hex');
  const parts = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ] as const;
  return `${region}:${parts.map(([from, to]) => hex.slice(from, to)).join('-')}`;
}

const regionOf = (id: string): string => id.split(':')[0] ?? '';
