import { z } from 'zod';
import { poolName, type Pool } from '../pool.ts';
import {
  parsePublicValue,
  passwordProof,
  sameBytes,
  serverPublicValue,
  sharedKey,
} from '../password/srp.ts';
import { invalidParameter, wrongPassword } from '../protocol/cognito-error.ts';
import { usingUp } from '../tokens/single-use.ts';
import { credentialsOf } from './credentials.ts';

const CHALLENGE_MS = 180_000;

const secretBlockSchema = z.object({
  id: z.string(),
  username: z.string(),
  clientPublic: z.string(),
  serverPublic: z.string(),
  serverSecret: z.string(),
  expiresAt: z.number(),
});

export interface PasswordClaim {
  username: string;
  secretBlock: string;
  timestamp: string;
  signature: string;
}

/**
 * Answers SRP_A with a PASSWORD_VERIFIER challenge. A name that nobody has gets one like it, the
 * same salt and id each time, and fails at the end as a wrong password does.
 */
export function srpChallenge(pool: Pool, name: string, clientPublic: string): object {
  const clientValue = parsePublicValue(clientPublic);
  if (clientValue === undefined) throw invalidParameter('Invalid SRP_A value.');
  const { username, password } = credentialsOf(pool, name);
  const serverSecret = pool.randomBytes(32);
  const serverPublic = serverPublicValue(password.verifier, serverSecret);
  const secretBlock = pool.sealer.seal('srp', {
    id: pool.randomBytes(16).toString('base64url'),
    username,
    clientPublic,
    serverPublic,
    serverSecret: serverSecret.toString('hex'),
    expiresAt: pool.clock() + CHALLENGE_MS,
  });
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: password.salt,
      SECRET_BLOCK: secretBlock.toString('base64'),
      SRP_B: serverPublic,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}

/**
 * Does what follows a right password for the user whose password the claim proves; NotAuthorizedException
 * for every other claim. The client's time must be well formed but may be wrong: freshness comes from the secret block, which
 * is good for three minutes and once.
 */
export async function verifyPasswordClaim<Result>(
  pool: Pool,
  claim: PasswordClaim,
  proceed: (username: string) => Promise<Result>,
): Promise<Result> {
  const timestamp = canonicalTimestamp(claim.timestamp);
  const secretBlock = Buffer.from(claim.secretBlock, 'base64');
  const block = pool.sealer.open('srp', secretBlock, secretBlockSchema);
  const clientValue = block && parsePublicValue(block.clientPublic);
  if (block === undefined || clientValue === undefined) throw wrongPassword();
  const { username, password } = credentialsOf(pool, block.username);
  pool.attempts.assertPasswordUnlocked(username);
  const key = sharedKey(
    clientValue,
    block.serverPublic,
    Buffer.from(block.serverSecret, 'hex'),
    password.verifier,
  );
  const proof = passwordProof(key, poolName(pool), username, secretBlock, timestamp);
  const proven = sameBytes(proof, Buffer.from(claim.signature, 'base64'));
  const known = pool.users.find(username) !== undefined;
  if (!proven || !known) {
    pool.attempts.passwordFailed(username);
    throw wrongPassword();
  }
  const sameUser = pool.users.find(claim.username)?.username === username;
  if (!sameUser || block.expiresAt <= pool.clock()) throw wrongPassword();
  return usingUp(pool.singleUse, block, wrongPassword, () => {
    pool.attempts.passwordSucceeded(username);
    return proceed(username);
  });
}

/** Cognito reads the time and signs its own rendering: `Sat Jan 5 09:08:07 UTC 2026`. */
function canonicalTimestamp(text: string): string {
  const parts = /^(\w{3}) (\w{3}) (\d{1,2}) (\d\d):(\d\d):(\d\d) (\w+) (\d{4})$/.exec(text);
  if (parts === null) {
    throw invalidParameter('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.');
  }
  const [, weekday, month, day, hours, minutes, seconds, zone, year] = parts;
  return `${weekday} ${month} ${Number(day)} ${hours}:${minutes}:${seconds} ${zone} ${year}`;
}
