import type { Pool } from '../pool.ts';
import type { PasswordVerifier } from '../password/srp.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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
  const key = name.toLowerCase();
  const username = UUID.test(key) ? key : toUuid(pool.sealer.derive('stranger-id', key));
  const salt = pool.sealer.derive('stranger-salt', username).subarray(0, 16).toString('hex');
  // As large as a real one, so that as much is reckoned with it.
  const parts = Array.from({ length: VERIFIER_BYTES / 32 }, (_unused, part) =>
    pool.sealer.derive('stranger-verifier', `${part} ${username}`),
  );
  const verifier = Buffer.concat(parts).toString('hex');
  return { username, password: { salt, verifier } };
}

/** A UUID that looks like those of real users: version 4, its variant in the two bits that have it. */
function toUuid(random: Buffer): string {
  const hex = random.toString('hex');
  const variant = '89ab'.charAt((random[8] ?? 0) % 4);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
}
