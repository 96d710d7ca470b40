import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { assertClient } from '../auth/app-client.ts';
import { assertPolicy } from '../password/password-policy.ts';
import { CognitoError, codeMismatch, invalidParameter } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { usernameSchema } from '../protocol/username.ts';
import { attempt } from './attempt.ts';
import { assertWritable, attributesSchema, isEmail, toRecord } from './attributes.ts';
import { deliver, newCode, redeemCode, sendCodeIfDue, withCode } from './codes.ts';
import { newUser } from './new-user.ts';

/** SignUp: the username is the mail address; the answer comes when user and code are kept. */
export const signUp = operation(
  z.object({
    ClientId: z.string(),
    Username: usernameSchema,
    Password: z.string().max(256),
    UserAttributes: attributesSchema.default([]),
  }),
  async (pool, { ClientId, Username, Password, UserAttributes }) => {
    assertClient(pool, ClientId);
    if (!isEmail(Username)) throw invalidParameter('Username should be an email.');
    const attributes = { email: Username, ...toRecord(UserAttributes) };
    assertWritable(attributes);
    if (attributes.email.toLowerCase() !== Username.toLowerCase()) {
      throw invalidParameter('Username and email attribute must be the same.');
    }
    assertPolicy(Password);
    if (pool.users.find(Username) !== undefined) {
      throw new CognitoError(
        'UsernameExistsException',
        'An account with the given email already exists.',
      );
    }
    const username = randomUUID();
    const user = newUser(pool, { username, attributes, password: Password, status: 'UNCONFIRMED' });
    const code = newCode(pool);
    await pool.users.insert(withCode(user, 'sign-up', code, pool.clock()));
    return {
      CodeDeliveryDetails: await deliver(pool, attributes.email, code, 'sign-up'),
      UserConfirmed: false,
      UserSub: username,
    };
  },
);

/**
 * ConfirmSignUp: a stranger's code is a wrong one, and so is every code for who is confirmed or
 * disabled. Cognito answers these differently, and so tells who has an account.
 */
export const confirmSignUp = operation(
  z.object({ ClientId: z.string(), Username: usernameSchema, ConfirmationCode: z.string() }),
  (pool, { ClientId, Username, ConfirmationCode }) => {
    assertClient(pool, ClientId);
    return attempt(pool, 'confirm-sign-up', Username, async (user) => {
      if (user === undefined) throw codeMismatch();
      await pool.users.update(user.username, (current) => {
        if (current.status !== 'UNCONFIRMED') throw codeMismatch();
        const confirmed = redeemCode(current, 'sign-up', ConfirmationCode, pool.clock());
        return {
          ...confirmed,
          status: 'CONFIRMED',
          attributes: { ...confirmed.attributes, email_verified: 'true' },
          modifiedAt: pool.clock(),
        };
      });
      return {};
    });
  },
);

/** ResendConfirmationCode: who is to get none, a stranger or confirmed, is told of a mail all the same. */
export const resendConfirmationCode = operation(
  z.object({ ClientId: z.string(), Username: usernameSchema }),
  (pool, { ClientId, Username }) => {
    assertClient(pool, ClientId);
    return attempt(pool, 'resend', Username, async (user) => {
      const due = user?.status === 'UNCONFIRMED' ? user : undefined;
      return { CodeDeliveryDetails: await sendCodeIfDue(pool, Username, due, 'sign-up') };
    });
  },
);
