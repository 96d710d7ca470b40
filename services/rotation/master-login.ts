import { parseSecret, masterSecretSchema } from './rotated-secret.ts';
import type { PairSecret } from './rotated-secret.ts';
import { loginAt } from './login-secret.ts';
import type { LoginAt } from './login-secret.ts';
import { RotationRefused } from './rotation-refused.ts';
import type { SecretVersions } from './secret-versions.ts';

/**
 * The login that sets a pair's passwords, by the secret that `masterarn` names. Throws `RotationRefused` where that is
 * not for the pair's server: else whoever may write the pair's secret could have the master's password sent elsewhere.
 */
export async function masterLogin(
  pair: PairSecret,
  secrets: Pick<SecretVersions, 'read'>,
): Promise<LoginAt> {
  const { masterarn } = pair;
  const text = await secrets.read(masterarn, 'AWSCURRENT');
  if (text === undefined) throw new RotationRefused(`The secret ${masterarn} holds no text.`);
  const { host, username, password } = parseSecret(masterSecretSchema, text, masterarn);
  if (host !== pair.host) {
    throw new RotationRefused(
      `The secret names another host than its masterarn, ${masterarn}: both must be for the same server.`,
    );
  }
  if (username === pair.username) {
    throw new RotationRefused(
      `${username} is the master login itself: leave masterarn out of its secret, and it changes its own password.`,
    );
  }
  return { ...loginAt({ ...pair, dbname: 'master' }), user: username, password };
}
