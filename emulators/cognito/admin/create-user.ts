import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { assertInSchema, attributesSchema, isEmail, toRecord } from '../account/attributes.ts';
import { deliver } from '../account/codes.ts';
import { newUser } from '../account/new-user.ts';
import { assertPool } from '../auth/app-client.ts';
import { assertPolicy, temporaryPassword } from '../password/password-policy.ts';
import { createVerifier } from '../password/srp.ts';
import { poolName, type Pool } from '../pool.ts';
import { CognitoError, invalidParameter, userNotFound } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { usernameSchema } from '../protocol/username.ts';
import { emailOf, type UserRecord } from '../store/user-record.ts';
import { userType } from './admin-user.ts';

/** Cognito's default `TemporaryPasswordValidityDays`. */
const TEMPORARY_PASSWORD_MS = 7 * 86_400_000;

/** AdminCreateUser: the user must replace the temporary password at the first sign-in. */
export const adminCreateUser = operation(
  z.object({
    UserPoolId: z.string(),
    Username: usernameSchema,
    UserAttributes: attributesSchema.default([]),
    TemporaryPassword: z.string().max(256).optional(),
    MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  }),
  async (pool, input) => {
    assertPool(pool, input.UserPoolId);
    if (!isEmail(input.Username)) throw invalidParameter('Username should be an email.');
    const password = input.TemporaryPassword ?? temporaryPassword(pool.randomBytes);
    assertPolicy(password);
    const user =
      input.MessageAction === 'RESEND'
        ? await reinvite(pool, input.Username, password)
        : await invite(pool, input.Username, toRecord(input.UserAttributes), password);
    if (input.MessageAction !== 'SUPPRESS') {
      await deliver(pool, emailOf(user), password, 'invitation');
    }
    return { User: userType(user) };
  },
);

async function invite(
  pool: Pool,
  email: string,
  given: Record<string, string>,
  password: string,
): Promise<UserRecord> {
  const attributes = { email, ...given };
  assertInSchema(attributes);
  if (pool.users.find(email) !== undefined) {
    throw new CognitoError(
      'UsernameExistsException',
      'An account with the given email already exists.',
    );
  }
  const user: UserRecord = {
    ...newUser(pool, {
      username: randomUUID(),
      attributes,
      password,
      status: 'FORCE_CHANGE_PASSWORD',
    }),
    temporaryPasswordEndsAt: pool.clock() + TEMPORARY_PASSWORD_MS,
  };
  await pool.users.insert(user);
  return user;
}

async function reinvite(pool: Pool, email: string, password: string): Promise<UserRecord> {
  const user = pool.users.find(email);
  if (user === undefined) throw userNotFound();
  if (user.status !== 'FORCE_CHANGE_PASSWORD') {
    throw new CognitoError(
      'UnsupportedUserStateException',
      'Resend not possible. User status is not FORCE_CHANGE_PASSWORD',
    );
  }
  const salt = pool.randomBytes(16);
  return pool.users.update(user.username, (current) => ({
    ...current,
    password: createVerifier(poolName(pool), user.username, password, salt),
    temporaryPasswordEndsAt: pool.clock() + TEMPORARY_PASSWORD_MS,
    modifiedAt: pool.clock(),
  }));
}

/** AdminSetUserPassword: permanent, or temporary as an invitation's. */
export const adminSetUserPassword = operation(
  z.object({
    UserPoolId: z.string(),
    Username: usernameSchema,
    Password: z.string().max(256),
    Permanent: z.boolean().default(false),
  }),
  async (pool, { UserPoolId, Username, Password, Permanent }) => {
    assertPool(pool, UserPoolId);
    const user = pool.users.find(Username);
    if (user === undefined) throw userNotFound();
    assertPolicy(Password);
    const salt = pool.randomBytes(16);
    const password = createVerifier(poolName(pool), user.username, Password, salt);
    await pool.users.update(user.username, (current) => ({
      ...current,
      password,
      status: Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
      temporaryPasswordEndsAt: Permanent ? undefined : pool.clock() + TEMPORARY_PASSWORD_MS,
      modifiedAt: pool.clock(),
    }));
    pool.attempts.passwordSucceeded(user.username);
    return {};
  },
);
