import { randomUUID } from 'node:crypto';
import { accessClaimsSchema } from '@ordercast/platform/access-token.ts';
import { z } from 'zod';
import type { Pool } from '../pool.ts';
import { notAuthorized, userNotFound } from '../protocol/cognito-error.ts';
import type { UserChange, UserRecord } from '../store/user-record.ts';

/** What Cognito's own access tokens have besides. */
const signInClaims = { iss: z.string(), username: z.string(), origin_jti: z.string() };

const refreshFactsSchema = z.object({
  username: z.string(),
  originJti: z.string(),
  /** Seconds, as in the claim. */
  authTime: z.number(),
  /** Milliseconds. */
  expiresAt: z.number(),
});

/** One sign-in: what all tokens that come from it have in common. */
type SignIn = z.infer<typeof refreshFactsSchema>;

/** `AuthenticationResult`: times in seconds. */
export interface AuthenticationResult {
  AccessToken: string;
  ExpiresIn: number;
  TokenType: 'Bearer';
  RefreshToken?: string;
  IdToken: string;
}

/**
 * As many as Cognito can be told to keep of a user ("UserPoolTokenSessionConfigType": `MaxPerUser` is at most
 * 100), which then drops the one that was used longest ago. Here a refresh writes nothing, so the oldest goes.
 */
const MOST_SESSIONS = 100;

/**
 * Begins a sign-in and resolves with its tokens when the user's record remembers it, together with what
 * `change` makes of the user.
 */
export async function startSession(
  pool: Pool,
  username: string,
  change: UserChange = (current) => current,
): Promise<AuthenticationResult> {
  const now = pool.clock();
  const signIn: SignIn = {
    username,
    originJti: randomUUID(),
    authTime: Math.floor(now / 1000),
    expiresAt: now + pool.settings.tokenLifetimes.refreshSeconds * 1000,
  };
  const user = await pool.users.update(username, (current) => {
    // In the order in which they began.
    const open = Object.entries(current.sessions).filter(([, end]) => end > now);
    open.push([signIn.originJti, signIn.expiresAt]);
    return { ...change(current), sessions: Object.fromEntries(open.slice(-MOST_SESSIONS)) };
  });
  const refreshToken = pool.sealer.seal('refresh-token', signIn).toString('base64url');
  return { ...issue(pool, user, signIn), RefreshToken: refreshToken };
}

/** New access and ID tokens; the groups and attributes are those of today. */
export function refreshSession(pool: Pool, refreshToken: string): AuthenticationResult {
  const signIn = readRefreshToken(pool, refreshToken);
  if (signIn === undefined) throw notAuthorized('Invalid Refresh Token');
  if (signIn.expiresAt <= pool.clock()) throw notAuthorized('Refresh Token has expired');
  const user = pool.users.find(signIn.username);
  if (user === undefined) throw notAuthorized('Refresh Token has been revoked');
  assertEnabled(user);
  if (!(signIn.originJti in user.sessions)) throw notAuthorized('Refresh Token has been revoked');
  return issue(pool, user, signIn);
}

/** Ends the sign-in of this refresh token and every token of it; a second time does nothing. */
export async function revokeSession(pool: Pool, refreshToken: string): Promise<void> {
  const signIn = readRefreshToken(pool, refreshToken);
  if (signIn === undefined) throw notAuthorized('Invalid Refresh Token');
  if (pool.users.find(signIn.username) === undefined) return;
  await pool.users.update(signIn.username, (user) => {
    const others = Object.entries(user.sessions).filter(([id]) => id !== signIn.originJti);
    return { ...user, sessions: Object.fromEntries(others) };
  });
}

/** The user behind an access token that still stands, or Cognito's refusal of it. */
export function userOfAccessToken(pool: Pool, accessToken: string): UserRecord {
  const { issuer, clientId } = pool.settings;
  const schema = accessClaimsSchema(clientId).extend(signInClaims);
  const claims = schema.safeParse(pool.signer.verify(accessToken)).data;
  if (
    claims?.iss !== issuer ||
    claims.sub !== claims.username ||
    (claims.nbf ?? 0) * 1000 > pool.clock()
  ) {
    throw notAuthorized('Invalid Access Token');
  }
  if (claims.exp * 1000 <= pool.clock()) throw notAuthorized('Access Token has expired');
  const user = pool.users.find(claims.username);
  if (user === undefined) throw userNotFound();
  assertEnabled(user);
  if (!(claims.origin_jti in user.sessions)) throw notAuthorized('Access Token has been revoked');
  return user;
}

/** @throws NotAuthorizedException for a disabled user. */
export function assertEnabled(user: UserRecord): void {
  if (!user.enabled) throw notAuthorized('User is disabled.');
}

function readRefreshToken(pool: Pool, token: string): SignIn | undefined {
  return pool.sealer.open('refresh-token', Buffer.from(token, 'base64url'), refreshFactsSchema);
}

function issue(pool: Pool, user: UserRecord, signIn: SignIn): AuthenticationResult {
  const { issuer, clientId, tokenLifetimes, groups } = pool.settings;
  const issuedAt = Math.floor(pool.clock() / 1000);
  const memberOf = groups.filter((group) => user.groups.includes(group));
  const common = {
    sub: user.username,
    ...(memberOf.length > 0 ? { 'cognito:groups': memberOf } : {}),
    iss: issuer,
    origin_jti: signIn.originJti,
    event_id: randomUUID(),
    auth_time: signIn.authTime,
    iat: issuedAt,
  };
  const { email_verified: emailVerified, ...attributes } = user.attributes;
  return {
    AccessToken: pool.signer.sign({
      ...common,
      client_id: clientId,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      exp: issuedAt + tokenLifetimes.accessSeconds,
      jti: randomUUID(),
      username: user.username,
    }),
    IdToken: pool.signer.sign({
      ...attributes,
      ...common,
      email_verified: emailVerified === 'true',
      'cognito:username': user.username,
      aud: clientId,
      token_use: 'id',
      exp: issuedAt + tokenLifetimes.idSeconds,
      jti: randomUUID(),
    }),
    ExpiresIn: tokenLifetimes.accessSeconds,
    TokenType: 'Bearer',
  };
}
