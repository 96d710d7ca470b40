import { z } from 'zod';
import { assertInSchema, attributesSchema, toRecord } from '../account/attributes.ts';
import { sendCode } from '../account/codes.ts';
import { withAttributes } from '../account/profile.ts';
import { withoutSessions } from '../account/sign-out.ts';
import { mfaSettings } from '../account/software-token.ts';
import { notAuthorized } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { attributeList } from '../store/user-record.ts';
import { target, targetUser, userChange } from './admin-user.ts';

export const adminGetUser = operation(z.object(target), (pool, input) => {
  const user = targetUser(pool, input);
  return {
    Username: user.username,
    UserAttributes: attributeList(user),
    UserCreateDate: user.createdAt / 1000,
    UserLastModifiedDate: user.modifiedAt / 1000,
    Enabled: user.enabled,
    UserStatus: user.status,
    ...mfaSettings(user),
  };
});

export const adminConfirmSignUp = userChange(z.object(target), (pool) => (current) => {
  if (current.status !== 'UNCONFIRMED') {
    throw notAuthorized(`User cannot be confirmed. Current status is ${current.status}`);
  }
  return { ...current, status: 'CONFIRMED', modifiedAt: pool.clock() };
});

/** AdminDisableUser: no sign-in, and every token of the user is void. */
export const adminDisableUser = userChange(
  z.object(target),
  (pool) => (current) => ({
    ...withoutSessions(current),
    enabled: false,
    modifiedAt: pool.clock(),
  }),
  { endsAccess: true },
);

export const adminEnableUser = userChange(z.object(target), (pool) => (current) => ({
  ...current,
  enabled: true,
  modifiedAt: pool.clock(),
}));

export const adminUserGlobalSignOut = userChange(z.object(target), () => withoutSessions, {
  endsAccess: true,
});

export const adminUpdateUserAttributes = userChange(
  z.object({ ...target, UserAttributes: attributesSchema }),
  (pool, { UserAttributes }) => {
    const given = toRecord(UserAttributes);
    assertInSchema(given);
    return (current) => withAttributes(pool, current, given);
  },
);

/** AdminResetUserPassword: the password is void until ForgotPassword's code sets another. */
export const adminResetUserPassword = operation(z.object(target), async (pool, input) => {
  const user = targetUser(pool, input);
  await sendCode(pool, user.username, 'forgot-password', (current) => ({
    ...current,
    status: 'RESET_REQUIRED',
  }));
  return {};
});

export const adminDeleteUser = operation(z.object(target), async (pool, input) => {
  const { username } = targetUser(pool, input);
  await pool.users.remove(username);
  await pool.accessEnded(username);
  return {};
});
