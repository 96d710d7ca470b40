import type { Pool } from '../pool.ts';
import { CognitoError, notAuthorized } from '../protocol/cognito-error.ts';
import type { UserChange, UserRecord } from '../store/user-record.ts';
import { assertEnabled, startSession } from '../tokens/session-tokens.ts';
import { sealSession } from './challenge-session.ts';

/**
 * What follows a right password: tokens, another challenge, or why not. Only who knows the
 * password learns that an account is disabled or unconfirmed.
 */
export async function afterPassword(pool: Pool, user: UserRecord): Promise<object> {
  assertEnabled(user);
  switch (user.status) {
    case 'UNCONFIRMED':
      throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.');
    case 'RESET_REQUIRED':
      throw new CognitoError(
        'PasswordResetRequiredException',
        'Password reset required for the user',
      );
    case 'FORCE_CHANGE_PASSWORD':
      return newPasswordChallenge(pool, user);
    case 'CONFIRMED':
      return afterFirstFactor(pool, user);
  }
}

/**
 * Asks for the authenticator's code where the user has set one up, else hands out tokens. What the first
 * factor changed of the user is kept with it, in one step.
 */
export async function afterFirstFactor(
  pool: Pool,
  user: UserRecord,
  change?: UserChange,
): Promise<object> {
  if (user.totp?.enabled !== true) return signedIn(pool, user.username, change);
  if (change !== undefined) await pool.users.update(user.username, change);
  return {
    ChallengeName: 'SOFTWARE_TOKEN_MFA',
    ChallengeParameters: { USER_ID_FOR_SRP: user.username },
    Session: sealSession(pool, 'SOFTWARE_TOKEN_MFA', user.username),
  };
}

/** The answer that a sign-in ends with: the tokens of a new session, which is kept together with `change`. */
export async function signedIn(pool: Pool, username: string, change?: UserChange): Promise<object> {
  return {
    AuthenticationResult: await startSession(pool, username, change),
    ChallengeParameters: {},
  };
}

function newPasswordChallenge(pool: Pool, user: UserRecord): object {
  if ((user.temporaryPasswordEndsAt ?? Infinity) <= pool.clock()) {
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.');
  }
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: '[]',
      userAttributes: JSON.stringify(user.attributes),
    },
    Session: sealSession(pool, 'NEW_PASSWORD_REQUIRED', user.username),
  };
}
