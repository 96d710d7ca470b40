import { firstLogin, otherLogin } from './login-pair.ts';
import { isSamePlace, loginAt } from './login-secret.ts';
import type { LoginServer } from './login-server.ts';
import { masterLogin } from './master-login.ts';
import { newPassword } from './new-password.ts';
import type { RandomBytes } from './new-password.ts';
import { pairSecretSchema } from './rotated-secret.ts';
import type { PairSecret } from './rotated-secret.ts';
import { RotationRefused } from './rotation-refused.ts';
import type { RotationStrategy } from './rotation-strategy.ts';
import type { SecretVersions } from './secret-versions.ts';

interface PairSettings {
  server: LoginServer;
  secrets: Pick<SecretVersions, 'read'>;
  randomBytes: RandomBytes;
}

/**
 * Two logins of the same rights in turn. The login of the current secret is never touched, and stays valid until the
 * rotation after this one sets its next password.
 */
export function pairStrategy({
  server,
  secrets,
  randomBytes,
}: PairSettings): RotationStrategy<PairSecret> {
  return {
    schema: pairSecretSchema,
    next: (current) => {
      const username = otherLogin(current.username);
      return { ...current, username, password: newPassword(username, randomBytes) };
    },
    follows: ({ current, pending }) =>
      isSamePlace(current, pending) &&
      current.masterarn === pending.masterarn &&
      otherLogin(current.username) === pending.username,
    set: async ({ current, pending }) => {
      if (await server.admits(loginAt(pending))) return;
      // Else whoever may write this secret could have the master change the password of any login.
      if (!(await server.admits(loginAt(current)))) throw refusedCurrent(current);
      const master = await masterLogin(pending, secrets);
      const { username: user, password } = pending;
      const state = await server.stateOf(master, user);
      if (state === undefined) throw noLogin(user);
      if (state.isDisabled) {
        throw new RotationRefused(
          `The login ${user} is disabled. Once you know why: ALTER LOGIN [${user}] ENABLE`,
        );
      }
      await server.setPassword(master, { user, password, unlock: state.isLocked });
    },
    test: async ({ current, pending }) => {
      const needed = await server.rights(loginAt(current));
      const given = await server.rights(loginAt(pending));
      const missing = needed.filter((right) => !given.includes(right));
      if (missing.length > 0) throw lacksRights(current, pending, missing);
    },
  };
}

const MAKE_PAIR = (user: string) =>
  `npm run migrate -- bootstrap --login '${firstLogin(user)}=<role>:pair'`;

function noLogin(user: string): RotationRefused {
  return new RotationRefused(`There is no login ${user}. Make the pair: ${MAKE_PAIR(user)}`);
}

function refusedCurrent({ username }: PairSecret): RotationRefused {
  return new RotationRefused(
    `The login ${username} is refused with the password of AWSCURRENT, and only who knows that may have the other one set. ` +
      `If it is locked: ALTER LOGIN [${username}] WITH PASSWORD = N'…' UNLOCK, with the password of the secret.`,
  );
}

function lacksRights(
  current: PairSecret,
  pending: PairSecret,
  missing: readonly string[],
): RotationRefused {
  return new RotationRefused(
    `The login ${pending.username} may not ${missing.join(', ')} in schema dbo, which ${current.username} may. ` +
      `Give it the same role: ${MAKE_PAIR(pending.username)}`,
  );
}
