import { CognitoError } from '../protocol/cognito-error.ts';

/** Cognito's own list, "Adding user pool password requirements"; a blank counts inside only. */
const SYMBOLS = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- -]/;

const MIN_LENGTH = 8;

/** The policy as Cognito describes it; the rules below hold passwords to it. */
export const passwordPolicy = {
  MinimumLength: MIN_LENGTH,
  RequireLowercase: true,
  RequireUppercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
} as const;

const RULES: readonly [holds: (password: string) => boolean, complaint: string][] = [
  [(password) => password.length >= MIN_LENGTH, 'Password not long enough'],
  [(password) => /[a-z]/.test(password), 'Password must have lowercase characters'],
  [(password) => /[A-Z]/.test(password), 'Password must have uppercase characters'],
  [(password) => /[0-9]/.test(password), 'Password must have numeric characters'],
  [(password) => SYMBOLS.test(password), 'Password must have symbol characters'],
];

/** Refuses what the pool's policy (Cognito's default one) refuses, with Cognito's words. */
export function assertPolicy(password: string): void {
  for (const [holds, complaint] of RULES) {
    if (!holds(password)) {
      throw new CognitoError(
        'InvalidPasswordException',
        `Password did not conform with policy: ${complaint}`,
      );
    }
  }
}

/** A password that the policy accepts, for people whom an administrator invites. */
export function temporaryPassword(randomBytes: (size: number) => Buffer): string {
  return `Aa1-${randomBytes(12).toString('base64url')}`;
}
