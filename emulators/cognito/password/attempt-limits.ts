import { createExpiringTable } from '../store/expiring-table.ts';
import { limitExceeded, notAuthorized } from '../protocol/cognito-error.ts';

/**
 * How often one may ask or guess within an hour, by user ("Quotas in Amazon Cognito": codes asked
 * for 5, confirmations 15, changes of password 5). Of changed passwords and authenticator codes only
 * the wrong ones count. A code for a new address counts with those that are asked for again: else
 * whoever is signed in could have any number of mails sent to anybody.
 */
const HOURLY_LIMITS = {
  resend: 5,
  'attribute-code': 5,
  'forgot-password': 5,
  'confirm-sign-up': 15,
  'confirm-forgot-password': 15,
  'change-password': 5,
  'verify-attribute': 15,
  totp: 15,
} as const;

const HOUR_MS = 3_600_000;
const FREE_PASSWORD_ATTEMPTS = 5;
const MAX_LOCK_MS = 900_000;
/** Names that are counted at once; who made up as many could make a guesser's count forgotten, no more. */
const MOST_NAMES = 10_000;

export type LimitedAction = keyof typeof HOURLY_LIMITS;

/** Counts kept in memory: they slow a guesser down and may be forgotten with the process. */
export interface AttemptLimits {
  /** Throws LimitExceededException where the hour's attempts are used up. */
  assertAllowed(action: LimitedAction, username: string): void;
  count(action: LimitedAction, username: string): void;
  /** Takes one back that came to nothing. */
  takeBack(action: LimitedAction, username: string): void;
  /** Throws while a password is locked. */
  assertPasswordUnlocked(username: string): void;
  /** The fifth wrong password locks for 1 s, each further one for twice as long, up to 15 min. */
  passwordFailed(username: string): void;
  passwordSucceeded(username: string): void;
}

/** `clock` is in epoch ms. */
export function createAttemptLimits(clock: () => number): AttemptLimits {
  const windows = createExpiringTable<{ count: number; endsAt: number }>(clock, MOST_NAMES);
  const passwords = createExpiringTable<{ failures: number; lockedUntil: number; endsAt: number }>(
    clock,
    MOST_NAMES,
  );

  return {
    assertAllowed(action, username) {
      const used = windows.get(`${action} ${username}`)?.count ?? 0;
      if (used >= HOURLY_LIMITS[action]) throw limitExceeded();
    },
    count(action, username) {
      const key = `${action} ${username}`;
      const window = windows.get(key) ?? { count: 0, endsAt: clock() + HOUR_MS };
      windows.put(key, { ...window, count: window.count + 1 });
    },
    takeBack(action, username) {
      const key = `${action} ${username}`;
      const window = windows.get(key);
      if (window !== undefined) windows.put(key, { ...window, count: window.count - 1 });
    },
    assertPasswordUnlocked(username) {
      const entry = passwords.get(username);
      if (entry !== undefined && entry.lockedUntil > clock()) {
        throw notAuthorized('Password attempts exceeded');
      }
    },
    passwordFailed(username) {
      const now = clock();
      const failures = (passwords.get(username)?.failures ?? 0) + 1;
      const lockMs =
        failures < FREE_PASSWORD_ATTEMPTS
          ? 0
          : Math.min(1000 * 2 ** (failures - FREE_PASSWORD_ATTEMPTS), MAX_LOCK_MS);
      const lockedUntil = now + lockMs;
      passwords.put(username, { failures, lockedUntil, endsAt: lockedUntil + MAX_LOCK_MS });
    },
    passwordSucceeded(username) {
      passwords.remove(username);
    },
  };
}
