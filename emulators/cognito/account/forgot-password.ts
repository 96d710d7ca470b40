import { z } from 'zod';
import { assertClient } from '../auth/app-client.ts';
import { assertPolicy } from '../password/password-policy.ts';
import { createVerifier } from '../password/srp.ts';
import { poolName } from '../pool.ts';
import { codeMismatch, notAuthorized } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { usernameSchema } from '../protocol/username.ts';
import { deliveryDetails, redeemCode, sendCode } from './codes.ts';

/**
 * ForgotPassword: a stranger, a disabled user and one without a verified address are answered as
 * everybody is, and nothing is sent (developer guide, "Managing user existence error responses").
 */
export const forgotPassword = operation(
  z.object({ ClientId: z.string(), Username: usernameSchema }),
  async (pool, { ClientId, Username }) => {
    assertClient(pool, ClientId);
    const user = pool.users.find(Username);
    const key = user?.username ?? Username.toLowerCase();
    pool.attempts.assertAllowed('forgot-password', key);
    pool.attempts.count('forgot-password', key);
    if (user?.enabled !== true || user.attributes['email_verified'] !== 'true') {
      return { CodeDeliveryDetails: deliveryDetails(Username) };
    }
    if (user.status === 'FORCE_CHANGE_PASSWORD') {
      throw notAuthorized('User password cannot be reset in the current state.');
    }
    return { CodeDeliveryDetails: await sendCode(pool, user.username, 'forgot-password') };
  },
);

/** ConfirmForgotPassword: the code sets the new password; a stranger's code is a wrong one. */
export const confirmForgotPassword = operation(
  z.object({
    ClientId: z.string(),
    Username: usernameSchema,
    ConfirmationCode: z.string(),
    Password: z.string().max(256),
  }),
  async (pool, { ClientId, Username, ConfirmationCode, Password }) => {
    assertClient(pool, ClientId);
    const user = pool.users.find(Username);
    const key = user?.username ?? Username.toLowerCase();
    pool.attempts.assertAllowed('confirm-forgot-password', key);
    pool.attempts.count('confirm-forgot-password', key);
    if (user?.enabled !== true) throw codeMismatch();
    assertPolicy(Password);
    const salt = pool.randomBytes(16);
    await pool.users.update(user.username, (current) => ({
      ...redeemCode(current, 'forgot-password', ConfirmationCode, pool.clock()),
      status: current.status === 'UNCONFIRMED' ? 'UNCONFIRMED' : 'CONFIRMED',
      password: createVerifier(poolName(pool), user.username, Password, salt),
      modifiedAt: pool.clock(),
    }));
    pool.attempts.passwordSucceeded(user.username);
    return {};
  },
);
