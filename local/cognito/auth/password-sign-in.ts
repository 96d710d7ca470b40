import { poolName, type Pool } from '../pool.ts';
import { createVerifier, matchesVerifier } from '../password/srp.ts';
import { wrongPassword } from '../protocol/cognito-error.ts';
import type { UserRecord } from '../store/user-record.ts';

/**
 * The user whose password this is; NotAuthorizedException for a wrong one and for a stranger, after
 * the same work.
 */
export function checkPassword(pool: Pool, name: string, password: string): UserRecord {
  const user = pool.users.find(name);
  const key = user?.username ?? name.toLowerCase();
  pool.attempts.assertPasswordUnlocked(key);
  const right =
    user === undefined
      ? (createVerifier(poolName(pool), key, password, Buffer.alloc(16)), false)
      : matchesVerifier(poolName(pool), user.username, password, user.password);
  if (user === undefined || !right) {
    pool.attempts.passwordFailed(key);
    throw wrongPassword();
  }
  pool.attempts.passwordSucceeded(key);
  return user;
}
