import { poolName, type Pool } from '../pool.ts';
import { createVerifier } from '../password/srp.ts';
import type { UserRecord } from '../store/user-record.ts';

export interface NewUser {
  username: string;
  attributes: Record<string, string>;
  password: string;
  status: UserRecord['status'];
  groups?: readonly string[];
}

/** A record for a person who is new; `email` is among the attributes. */
export function newUser(
  pool: Pick<Pool, 'clock' | 'randomBytes' | 'settings'>,
  { username, attributes, password, status, groups = [] }: NewUser,
): UserRecord {
  const now = pool.clock();
  return {
    format: 1,
    username,
    attributes: { email_verified: 'false', ...attributes },
    status,
    enabled: true,
    groups: [...groups],
    password: createVerifier(poolName(pool), username, password, pool.randomBytes(16)),
    createdAt: now,
    modifiedAt: now,
    codes: {},
    sessions: {},
  };
}
