import { strangerId } from '../auth/stranger-id.ts';
import type { LimitedAction } from '../password/attempt-limits.ts';
import type { Pool } from '../pool.ts';
import type { UserRecord } from '../store/user-record.ts';

/**
 * Counts one more attempt by somebody who has not signed in, and finds who it names: undefined for a
 * stranger and for a disabled user, who are to be answered alike. Strangers' attempts are as few,
 * and a name and the id that SRP tells of it share one count, whoever they name.
 * @throws LimitExceededException where the hour's attempts are used up.
 */
export function attempt(pool: Pool, action: LimitedAction, name: string): UserRecord | undefined {
  const user = pool.users.find(name);
  const key = user?.username ?? strangerId(pool, name);
  pool.attempts.assertAllowed(action, key);
  pool.attempts.count(action, key);
  return user?.enabled === true ? user : undefined;
}
