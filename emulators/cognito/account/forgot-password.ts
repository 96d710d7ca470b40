import { z } from 'zod';
import { assertClient } from '../auth/app-client.ts';
import { assertPolicy } from '../password/password-policy.ts';
import { createVerifier } from '../password/srp.ts';
import { poolName } from '../pool.ts';
import { codeMismatch } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { usernameSchema } from '../protocol/username.ts';
import { attempt } from './attempt.ts';
import { redeemCode, sendCodeIfDue } from './codes.ts';

/**
 * ForgotPassword: a stranger is answered as everybody is, and so is who may get no code: a disabled
 * user, one without a verified address, and one whose invitation is still open.
 */
export const forgotPassword = operation(
  z.object({ ClientId: z.string(), Username: usernameSchema }),
  (pool, { ClientId, Username }) => {
    assertClient(pool, ClientId);
    return attempt(pool, 'forgot-password', Username, async (user) => {
      const isDue =
        user?.attributes['email_verified'] === 'true' && user.status !== 'FORCE_CHANGE_PASSWORD';
      const due = isDue ? user : undefined;
      return { CodeDeliveryDetails: await sendCodeIfDue(pool, Username, due, 'forgot-password') };
    });
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
  (pool, { ClientId, Username, ConfirmationCode, Password }) => {
    assertClient(pool, ClientId);
    assertPolicy(Password);
    return attempt(pool, 'confirm-forgot-password', Username, async (user) => {
      if (user === undefined) throw codeMismatch();
      const salt = pool.randomBytes(16);
      await pool.users.update(user.username, (current) => ({
        ...redeemCode(current, 'forgot-password', ConfirmationCode, pool.clock()),
        status: current.status === 'UNCONFIRMED' ? 'UNCONFIRMED' : 'CONFIRMED',
        password: createVerifier(poolName(pool), user.username, Password, salt),
        modifiedAt: pool.clock(),
      }));
      pool.attempts.passwordSucceeded(user.username);
      return {};
    });
  },
);
