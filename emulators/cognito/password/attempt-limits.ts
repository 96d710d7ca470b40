import { limitExceeded, notAuthorized } from '../protocol/cognito-error.ts';

/**
 * How often one may ask or guess within an hour, by user ("Quotas in Amazon Cognito": codes asked
 * for 5, confirmations 15, changes of password 5). Of changed passwords and authenticator codes only
 * the wrong ones count.
 */
const HOURLY_LIMITS = {
  resend: 5,
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
const SWEEP_ABOVE = 10_000;

export type LimitedAction = keyof typeof HOURLY_LIMITS;

/** Counts kept in memory: they slow a guesser down and may be forgotten with the process. */
export interface AttemptLimits {
  /** Throws LimitExceededException where the hour's attempts are used up. */
  assertAllowed(action: LimitedAction, username: string): void;
  count(action: LimitedAction, username: string): void;
  /** Throws while a password is locked. */
  assertPasswordUnlocked(username: string): void;
  /** The fifth wrong password locks for 1 s, each further one for twice as long, up to 15 min. */
  passwordFailed(username: string): void;
  passwordSucceeded(username: string): void;
}

/** `clock` is in epoch ms. */
export function createAttemptLimits(clock: () => number): AttemptLimits {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const passwords = new Map<string, { failures: number; lockedUntil: number; endsAt: number }>();

  function current<Entry extends { endsAt: number }>(entries: Map<string, Entry>, key: string) {
    const now = clock();
    if (entries.size > SWEEP_ABOVE) {
      for (const [name, { endsAt }] of entries) if (endsAt <= now) entries.delete(name);
    }
    const entry = entries.get(key);
    return entry !== undefined && entry.endsAt > now ? entry : undefined;
  }

  return {
    assertAllowed(action, username) {
      const used = current(windows, `${action} ${username}`)?.count ?? 0;
      if (used >= HOURLY_LIMITS[action]) throw limitExceeded();
    },
    count(action, username) {
      const key = `${action} ${username}`;
      const window = current(windows, key) ?? { count: 0, endsAt: clock() + HOUR_MS };
      windows.set(key, { ...window, count: window.count + 1 });
    },
    assertPasswordUnlocked(username) {
      const entry = current(passwords, username);
      if (entry !== undefined && entry.lockedUntil > clock()) {
        throw notAuthorized('Password attempts exceeded');
      }
    },
    passwordFailed(username) {
      const now = clock();
      const failures = (current(passwords, username)?.failures ?? 0) + 1;
      const lockMs =
        failures < FREE_PASSWORD_ATTEMPTS
          ? 0
          : Math.min(1000 * 2 ** (failures - FREE_PASSWORD_ATTEMPTS), MAX_LOCK_MS);
      const lockedUntil = now + lockMs;
      passwords.set(username, { failures, lockedUntil, endsAt: lockedUntil + MAX_LOCK_MS });
    },
    passwordSucceeded(username) {
      passwords.delete(username);
    },
  };
}
