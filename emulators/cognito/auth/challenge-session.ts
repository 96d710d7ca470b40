import { z } from 'zod';
import type { Pool } from '../pool.ts';
import { notAuthorized } from '../protocol/cognito-error.ts';
import { usingUp } from '../tokens/single-use.ts';

/** Cognito's default "authentication flow session duration". */
const SESSION_MS = 180_000;

const sessionSchema = z.object({
  id: z.string(),
  challenge: z.enum(['NEW_PASSWORD_REQUIRED', 'SOFTWARE_TOKEN_MFA']),
  username: z.string(),
  expiresAt: z.number(),
});

export type ChallengeSession = z.infer<typeof sessionSchema>;
export type SessionChallenge = ChallengeSession['challenge'];

/** The `Session` that proves, to the next call, that the password was right. */
export function sealSession(pool: Pool, challenge: SessionChallenge, username: string): string {
  const session: ChallengeSession = {
    id: pool.randomBytes(16).toString('base64url'),
    challenge,
    username,
    expiresAt: pool.clock() + SESSION_MS,
  };
  return pool.sealer.seal('session', session).toString('base64url');
}

/** Opens a `Session` without using it up: a mistyped code or password may be put right. */
export function openSession(
  pool: Pool,
  challenge: SessionChallenge,
  sealed: string,
): ChallengeSession {
  const session = pool.sealer.open('session', Buffer.from(sealed, 'base64url'), sessionSchema);
  if (session?.challenge !== challenge) throw notAuthorized('Invalid session for the user.');
  if (session.expiresAt <= pool.clock()) {
    throw notAuthorized('Invalid session for the user, session is expired.');
  }
  if (pool.singleUse.isUsed(session.id)) throw sessionUsed();
  return session;
}

/** @throws NotAuthorizedException where the session was used before. */
export function usingUpSession<Result>(
  pool: Pool,
  session: ChallengeSession,
  work: () => Promise<Result>,
): Promise<Result> {
  return usingUp(pool.singleUse, session, sessionUsed, work);
}

const sessionUsed = () =>
  notAuthorized('Invalid session for the user, session can only be used once.');
