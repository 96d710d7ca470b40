import { z } from 'zod';
import { assertPool } from '../auth/app-client.ts';
import type { Pool } from '../pool.ts';
import { userNotFound } from '../protocol/cognito-error.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { usernameSchema } from '../protocol/username.ts';
import { attributeList, type UserChange, type UserRecord } from '../store/user-record.ts';

/** What every call about one user names. */
export const target = { UserPoolId: z.string(), Username: usernameSchema };

interface Target {
  UserPoolId: string;
  Username: string;
}

/** An administrator is told plainly when there is no such user. */
export function targetUser(pool: Pool, { UserPoolId, Username }: Target): UserRecord {
  assertPool(pool, UserPoolId);
  const user = pool.users.find(Username);
  if (user === undefined) throw userNotFound();
  return user;
}

/** An operation that changes one user and answers nothing; `endsAccess`: the user's tokens are void then. */
export function userChange<Input extends Target>(
  schema: z.ZodType<Input>,
  change: (pool: Pool, input: Input, user: UserRecord) => UserChange,
  { endsAccess = false } = {},
): Operation {
  return operation(schema, async (pool, input) => {
    const user = targetUser(pool, input);
    await pool.users.update(user.username, change(pool, input, user));
    if (endsAccess) await pool.accessEnded(user.username);
    return {};
  });
}

/** `UserType`; times in seconds, as the AWS JSON protocol has them. */
export function userType(user: UserRecord): object {
  return {
    Username: user.username,
    Attributes: attributeList(user),
    UserCreateDate: user.createdAt / 1000,
    UserLastModifiedDate: user.modifiedAt / 1000,
    Enabled: user.enabled,
    UserStatus: user.status,
  };
}
