import type { Pool } from '../pool.ts';
import type { PasswordVerifier } from '../password/srp.ts';
import { strangerId } from './stranger-id.ts';

const VERIFIER_BYTES = 384;

export interface Credentials {
  username: string;
  password: PasswordVerifier;
}

/**
 * What a sign-in under this name is checked against. A stranger's are derived from the name, the
 * same each time, and no password fits them: asking shows nothing.
 */
export function credentialsOf(pool: Pool, name: string): Credentials {
  const user = pool.users.find(name);
  if (user !== undefined) return user;
  const username = strangerId(pool, name);
  const salt = pool.sealer.derive('stranger-salt', username).subarray(0, 16).toString('hex');
  // As large as a real one, so that as much is reckoned with it.
  const parts = Array.from({ length: VERIFIER_BYTES / 32 }, (_unused, part) =>
    pool.sealer.derive('stranger-verifier', `${part} ${username}`),
  );
  const verifier = Buffer.concat(parts).toString('hex');
  return { username, password: { salt, verifier } };
}
