import type { LoginSecret } from './rotated-secret.ts';

/** A login, and the database that it works in. */
export interface LoginAt {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

const MASTER_DATABASE = 'master';

/** The login that a secret holds, in its own database or in `master` where it names none. */
export function loginAt({ host, port, dbname, username, password }: LoginSecret): LoginAt {
  return { host, port, database: dbname ?? MASTER_DATABASE, user: username, password };
}

export function isSamePlace(one: LoginSecret, other: LoginSecret): boolean {
  return one.host === other.host && one.port === other.port && one.dbname === other.dbname;
}
