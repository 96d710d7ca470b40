import { z } from 'zod';
import { spendCode } from '../password/spend-code.ts';
import { toBase32 } from '../password/totp.ts';
import { CognitoError, invalidParameter, notAuthorized } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import type { UserRecord } from '../store/user-record.ts';
import { userOfAccessToken } from '../tokens/session-tokens.ts';

const SECRET_BYTES = 32;

/** The pool's MFA is optional, so no challenge ever leads here: only a signed-in user does. */
const caller = { AccessToken: z.string().optional(), Session: z.string().optional() };

/** AssociateSoftwareToken: a fresh secret; one that is in use stays so until it is verified. */
export const associateSoftwareToken = operation(z.object(caller), async (pool, { AccessToken }) => {
  const user = userOfAccessToken(pool, requiredToken(AccessToken));
  const secret = toBase32(pool.randomBytes(SECRET_BYTES));
  await pool.users.update(user.username, (current) => ({ ...current, pendingTotp: secret }));
  return { SecretCode: secret };
});

/** VerifySoftwareToken: the first right code makes the secret the user's own. */
export const verifySoftwareToken = operation(
  z.object({ ...caller, UserCode: z.string(), FriendlyDeviceName: z.string().optional() }),
  async (pool, { AccessToken, UserCode }) => {
    const user = userOfAccessToken(pool, requiredToken(AccessToken));
    const secret = user.pendingTotp ?? user.totp?.secret;
    if (secret === undefined) {
      throw new CognitoError(
        'SoftwareTokenMFANotFoundException',
        'Software Token MFA does not exist for the user.',
      );
    }
    const lastStep = spendCode(pool, user, secret, UserCode, {
      wrong: () => refused('Code mismatch'),
      used: refused,
    });
    await pool.users.update(user.username, (current) => ({
      ...current,
      pendingTotp: undefined,
      totp: { enabled: false, preferred: false, ...current.totp, secret, lastStep },
    }));
    return { Status: 'SUCCESS' };
  },
);

const refused = (message: string) => new CognitoError('EnableSoftwareTokenMFAException', message);

const settings = z.object({
  Enabled: z.boolean().default(false),
  PreferredMfa: z.boolean().default(false),
});

/** SetUserMFAPreference: from the next sign-in on, the authenticator's code is asked for. */
export const setUserMfaPreference = operation(
  z.object({
    AccessToken: z.string(),
    SMSMfaSettings: settings.optional(),
    SoftwareTokenMfaSettings: settings.optional(),
  }),
  async (pool, { AccessToken, SMSMfaSettings, SoftwareTokenMfaSettings }) => {
    const user = userOfAccessToken(pool, AccessToken);
    if (SMSMfaSettings?.Enabled === true) {
      throw invalidParameter('SMS MFA is not enabled for this user pool.');
    }
    if (SoftwareTokenMfaSettings === undefined) return {};
    const { Enabled, PreferredMfa } = SoftwareTokenMfaSettings;
    await pool.users.update(user.username, (current) => {
      if (current.totp === undefined && Enabled) {
        throw invalidParameter('User has not verified software token mfa');
      }
      if (current.totp === undefined) return current;
      const totp = { ...current.totp, enabled: Enabled, preferred: Enabled && PreferredMfa };
      return { ...current, totp };
    });
    return {};
  },
);

/** What GetUser says of second factors: nothing where none is on. */
export function mfaSettings(user: UserRecord): object {
  if (user.totp?.enabled !== true) return {};
  return {
    UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    ...(user.totp.preferred ? { PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA' } : {}),
  };
}

function requiredToken(token: string | undefined): string {
  if (token === undefined) throw notAuthorized('Invalid session for the user.');
  return token;
}
