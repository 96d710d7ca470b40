import { databaseErrorKind, serverErrorOf } from '@ordercast/platform/database-error.ts';
import type { DatabaseErrorKind } from '@ordercast/platform/database-error.ts';
import { firstLogin } from './login-pair.ts';
import type { LoginAt } from './login-secret.ts';
import { RotationRefused } from './rotation-refused.ts';

/** What to do about a failure that somebody has to put right; any other is tried again as it is. */
const ADVICE: Partial<Record<DatabaseErrorKind, (at: LoginAt) => string>> = {
  'login-refused': ({ user }) =>
    `The server refuses the login ${user}: it is disabled, locked, or has another password than its secret says.`,
  'untrusted-certificate': () =>
    "Its certificate is of no authority that is trusted: set DATABASE_CA_FILE to RDS's global-bundle.pem.",
  'no-encryption': () => 'It does not encrypt, and no password is sent in clear.',
  unreachable: () => "Is there a way to it from the function's subnets and security group?",
  timeout: () => "Is there a way to it from the function's subnets and security group?",
  'no-such-database': ({ user, database }) =>
    `The login ${user} has no user in the database ${database}, or there is no such database: run ` +
    `npm run migrate -- bootstrap --login '${firstLogin(user)}=<role>:pair' as the master login.`,
  'missing-right': ({ user }) => `The login ${user} may not do that: it needs ALTER ANY LOGIN.`,
};

/** The error of a statement or a login, told with the server's name and what to do. */
export function loginFailure(error: unknown, at: LoginAt): Error {
  const kind = databaseErrorKind(error);
  const advice = ADVICE[kind]?.(at);
  const { message } = serverErrorOf(error);
  const where = `${at.host}:${at.port}, as ${at.user}`;
  return advice === undefined
    ? new Error(`${where}: ${message}`)
    : new RotationRefused(`${where}: ${message} ${advice}`);
}
