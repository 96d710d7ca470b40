import { strangerId } from '../auth/stranger-id.ts';
import type { LimitedAction } from '../password/attempt-limits.ts';
import type { Pool } from '../pool.ts';
import { NotKept } from '../store/not-kept.ts';
import type { UserRecord } from '../store/user-record.ts';

/**
 * Does one more of what may be done only so often in an hour, counted before it is done. What could not
 * be kept does not count: whoever tries it while the disk is full may try again afterwards.
 * @throws LimitExceededException where the hour's attempts are used up.
 */
export async function limited<Result>(
  pool: Pool,
  action: LimitedAction,
  username: string,
  work: () => Promise<Result>,
): Promise<Result> {
  pool.attempts.assertAllowed(action, username);
  pool.attempts.count(action, username);
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotKept) pool.attempts.takeBack(action, username);
    throw error;
  }
}

/**
 * The same for somebody who has not signed in. `work` gets who the name names: undefined for a stranger and
 * for a disabled user, who are to be answered alike. Strangers' attempts are as few, and a name and
 * the id that SRP tells of it share one count, whoever they name.
 */
export function attempt<Result>(
  pool: Pool,
  action: LimitedAction,
  name: string,
  work: (user: UserRecord | undefined) => Promise<Result>,
): Promise<Result> {
  const user = pool.users.find(name);
  const key = user?.username ?? strangerId(pool, name);
  return limited(pool, action, key, () => work(user?.enabled === true ? user : undefined));
}
