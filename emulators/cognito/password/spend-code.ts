import type { Pool } from '../pool.ts';
import type { CognitoError } from '../protocol/cognito-error.ts';
import type { UserRecord } from '../store/user-record.ts';
import { matchingStep } from './totp.ts';

/** How a call words its refusal of a code: that it is wrong, or was used before. */
export interface CodeRefusals {
  wrong: () => CognitoError;
  used: (message: string) => CognitoError;
}

/**
 * The time step of an authenticator's code, for the caller to keep as `lastStep` in the same breath:
 * a code is good once, whichever call it is given to, and so is every one before it.
 * @throws LimitExceededException where the hour's wrong codes are used up, and what `refusals` says.
 */
export function spendCode(
  pool: Pool,
  user: UserRecord,
  secret: string,
  code: string,
  refusals: CodeRefusals,
): number {
  pool.attempts.assertAllowed('totp', user.username);
  const step = matchingStep(secret, code, pool.clock());
  if (step === undefined) {
    pool.attempts.count('totp', user.username);
    throw refusals.wrong();
  }
  if (user.totp?.secret === secret && step <= user.totp.lastStep) {
    throw refusals.used('Your software token has already been used once.');
  }
  return step;
}
