import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { assertClient } from '../auth/app-client.ts';
import { assertPolicy } from '../password/password-policy.ts';
import {
  CognitoError,
  codeExpired,
  invalidParameter,
  notAuthorized,
} from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { usernameSchema } from '../protocol/username.ts';
import { assertWritable, attributesSchema, isEmail, toRecord } from './attributes.ts';
import { deliver, deliveryDetails, newCode, redeemCode, sendCode, withCode } from './codes.ts';
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

/** ConfirmSignUp: a stranger's code is answered like one that has expired. */
export const confirmSignUp = operation(
  z.object({ ClientId: z.string(), Username: usernameSchema, ConfirmationCode: z.string() }),
  async (pool, { ClientId, Username, ConfirmationCode }) => {
    assertClient(pool, ClientId);
    const user = pool.users.find(Username);
    const key = user?.username ?? Username.toLowerCase();
    pool.attempts.assertAllowed('confirm-sign-up', key);
    pool.attempts.count('confirm-sign-up', key);
    if (user?.enabled !== true) throw codeExpired();
    await pool.users.update(user.username, (current) => {
      if (current.status !== 'UNCONFIRMED') {
        throw notAuthorized(`User cannot be confirmed. Current status is ${current.status}`);
      }
      const confirmed = redeemCode(current, 'sign-up', ConfirmationCode, pool.clock());
      return {
        ...confirmed,
        status: 'CONFIRMED',
        attributes: { ...confirmed.attributes, email_verified: 'true' },
        modifiedAt: pool.clock(),
      };
    });
    return {};
  },
);

/** ResendConfirmationCode: a stranger, or a disabled user, is told of a mail that nobody gets. */
export const resendConfirmationCode = operation(
  z.object({ ClientId: z.string(), Username: usernameSchema }),
  async (pool, { ClientId, Username }) => {
    assertClient(pool, ClientId);
    const user = pool.users.find(Username);
    const key = user?.username ?? Username.toLowerCase();
    pool.attempts.assertAllowed('resend', key);
    pool.attempts.count('resend', key);
    if (user?.enabled !== true) return { CodeDeliveryDetails: deliveryDetails(Username) };
    if (user.status !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.');
    return { CodeDeliveryDetails: await sendCode(pool, user.username, 'sign-up') };
  },
);
