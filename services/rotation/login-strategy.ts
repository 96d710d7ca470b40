import { isSamePlace, loginAt } from './login-secret.ts';
import type { LoginServer } from './login-server.ts';
import { newPassword } from './new-password.ts';
import type { RandomBytes } from './new-password.ts';
import { loginSecretSchema } from './rotated-secret.ts';
import type { LoginSecret } from './rotated-secret.ts';
import { RotationRefused } from './rotation-refused.ts';
import type { RotationStrategy } from './rotation-strategy.ts';

/**
 * One login changes its own password. From `set` until the pending secret is the current one, who reads the secret is
 * refused: right for the master's secret, which no program uses.
 */
export function loginStrategy({
  server,
  randomBytes,
}: {
  server: LoginServer;
  randomBytes: RandomBytes;
}): RotationStrategy<LoginSecret> {
  return {
    schema: loginSecretSchema,
    next: (current) => ({ ...current, password: newPassword(current.username, randomBytes) }),
    follows: (secrets) => isSameLogin(secrets.current, secrets.pending),
    set: async ({ current, pending }, previous) => {
      // A rotation that was killed after the change finds it done.
      if (await server.admits(loginAt(pending))) return;
      for (const known of [() => Promise.resolve(current), previous]) {
        const secret = await known();
        if (secret === undefined || !isSameLogin(current, secret)) continue;
        if (!(await server.admits(loginAt(secret)))) continue;
        await server.changeOwnPassword(loginAt(secret), pending.password);
        return;
      }
      throw new RotationRefused(
        `The login ${current.username} is refused with the passwords of AWSPENDING, AWSCURRENT and AWSPREVIOUS: it is locked or ` +
          'disabled, or somebody has changed its password elsewhere. Write the right one into the secret; ' +
          "for RDS's master login, set one with aws rds modify-db-instance --master-user-password first.",
      );
    },
    test: async ({ pending }) => {
      if (await server.admits(loginAt(pending))) return;
      throw new RotationRefused(
        `The login ${pending.username} is refused with its new password: was it changed again meanwhile, locked, or disabled?`,
      );
    },
  };
}

function isSameLogin(one: LoginSecret, other: LoginSecret): boolean {
  return isSamePlace(one, other) && one.username === other.username;
}
