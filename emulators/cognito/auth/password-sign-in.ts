import { poolName, type Pool } from '../pool.ts';
import { matchesVerifier } from '../password/srp.ts';
import { wrongPassword } from '../protocol/cognito-error.ts';
import type { UserRecord } from '../store/user-record.ts';
import { credentialsOf } from './credentials.ts';

/**
 * The user whose password this is; NotAuthorizedException for a wrong one and for a stranger, after
 * the same work.
 */
export function checkPassword(pool: Pool, name: string, given: string): UserRecord {
  const { username, password } = credentialsOf(pool, name);
  pool.attempts.assertPasswordUnlocked(username);
  const right = matchesVerifier(poolName(pool), username, given, password);
  const user = pool.users.find(username);
  if (user === undefined || !right) {
    pool.attempts.passwordFailed(username);
    throw wrongPassword();
  }
  pool.attempts.passwordSucceeded(username);
  return user;
}
