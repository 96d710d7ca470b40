import type { Pool } from '../pool.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id of a name that nobody has, as SRP tells it: a UUID derived from the name, in any case of
 * letters. It is its own id, as a user's is, so that whatever goes by it treats both names as one.
 */
export function strangerId(pool: Pick<Pool, 'sealer'>, name: string): string {
  const key = name.toLowerCase();
  return UUID.test(key) ? key : toUuid(pool.sealer.derive('stranger-id', key));
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
