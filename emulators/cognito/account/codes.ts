import type { CodePurpose, Pool } from '../pool.ts';
import { CognitoError, codeExpired, codeMismatch } from '../protocol/cognito-error.ts';
import { emailOf, type UserChange, type UserRecord } from '../store/user-record.ts';

const HOUR_MS = 3_600_000;

/** A forgotten password's code is good for an hour, every other for a day (developer guide). */
const LIFETIME_MS = {
  'sign-up': 24 * HOUR_MS,
  'verify-email': 24 * HOUR_MS,
  'forgot-password': HOUR_MS,
} as const;

export type KeptPurpose = keyof typeof LIFETIME_MS;

export interface CodeDeliveryDetails {
  AttributeName: 'email';
  DeliveryMedium: 'EMAIL';
  Destination: string;
}

/** Six digits, each as likely as any other (the modulus' bias is below 1 in 10^8). */
export function newCode(pool: Pool): string {
  return String(pool.randomBytes(6).readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
}

/**
 * The user with a code of this purpose in place of an older one, for the address that the user has;
 * it lives from `nowMs`, epoch ms.
 */
export function withCode(
  user: UserRecord,
  purpose: KeptPurpose,
  value: string,
  nowMs: number,
): UserRecord {
  const code = { value, email: emailOf(user), expiresAt: nowMs + LIFETIME_MS[purpose] };
  return { ...user, codes: { ...user.codes, [purpose]: code } };
}

/**
 * Throws unless `value` is the code that was sent and still good; returns the user without it. A code
 * shows who reads one address: when the user gets another, it is a wrong one. Only who has the right
 * code learns that it has expired: to a guesser, no code and a wrong one are the same.
 */
export function redeemCode(
  user: UserRecord,
  purpose: KeptPurpose,
  value: string,
  nowMs: number,
): UserRecord {
  const { [purpose]: code, ...codes } = user.codes;
  if (code?.value !== value || code.email !== emailOf(user)) throw codeMismatch();
  if (code.expiresAt <= nowMs) throw codeExpired();
  return { ...user, codes };
}

/**
 * Sends a code to the user, where there is one to whom it is due, and tells everybody else of a mail
 * that nobody gets ("Managing user existence error responses"), after the same wait for the disk. The mail
 * goes by itself: an answer that waited for it, or told that it failed, would tell who has an account. The
 * caller hears nothing of an address but what they said themselves, and of an id no letter at all.
 */
export async function sendCodeIfDue(
  pool: Pool,
  name: string,
  due: UserRecord | undefined,
  purpose: KeptPurpose,
): Promise<CodeDeliveryDetails> {
  if (due === undefined) {
    await pool.rehearseWrite();
  } else {
    const { code, email } = await keepCode(pool, due.username, purpose);
    deliver(pool, email, code, purpose).catch(pool.mailFailed);
  }
  return deliveryDetails(name.includes('@') ? name : '');
}

/**
 * Keeps what `change` makes of the user together with a new code, in one step, then sends the code. The older
 * code of this purpose is void.
 */
export async function sendCode(
  pool: Pool,
  username: string,
  purpose: KeptPurpose,
  change?: UserChange,
): Promise<CodeDeliveryDetails> {
  const { code, email } = await keepCode(pool, username, purpose, change);
  return deliver(pool, email, code, purpose);
}

async function keepCode(
  pool: Pool,
  username: string,
  purpose: KeptPurpose,
  change: UserChange = (current) => current,
): Promise<{ code: string; email: string }> {
  const code = newCode(pool);
  const user = await pool.users.update(username, (current) =>
    withCode(change(current), purpose, code, pool.clock()),
  );
  return { code, email: emailOf(user) };
}

/** Sends a code. @throws CodeDeliveryFailureException where the mail cannot go. */
export async function deliver(
  pool: Pool,
  email: string,
  code: string,
  purpose: CodePurpose,
): Promise<CodeDeliveryDetails> {
  try {
    await pool.deliverCode({ email, code, purpose });
  } catch (error) {
    const failure = new CognitoError(
      'CodeDeliveryFailureException',
      'Failed to send the verification email.',
    );
    failure.cause = error;
    throw failure;
  }
  return deliveryDetails(email);
}

/** Tells where a code went, without telling the address: `a***@e***`. */
function deliveryDetails(email: string): CodeDeliveryDetails {
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const destination = `${local.charAt(0)}***@${domain.charAt(0)}***`;
  return { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: destination };
}
