import { CLONE_SUFFIX, defaultLogin } from '../rights/default-login.ts';
import { ROLES, ROLE_NAMES } from '../rights/role-rights.ts';
import type { RoleName } from '../rights/role-rights.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import { reservedReason } from './reserved-logins.ts';

export interface BootstrapLogin {
  name: string;
  role: RoleName;
  /** The environment variable with its password; undefined: nobody knows it until a rotation sets one. */
  passwordVariable: string | undefined;
}

/** An identifier of SQL Server (`sysname`). */
const MAX_NAME_LENGTH = 128;
const FORM = /^(?<name>.+)=(?<role>[^=:]+)(?<pair>:pair)?$/s;

/**
 * The logins that `--login <name>=<role>[:pair]` asks for; without any, one of each role, named after
 * the database, since other databases of the same instance have logins of their own. Refuses names that
 * are the server's own, and the login that bootstrap itself runs as.
 */
export function bootstrapLogins(
  database: string,
  given: readonly string[],
  connectedAs?: string,
): BootstrapLogin[] {
  assertName('database', database);
  const wanted =
    given.length > 0 ? given : ROLE_NAMES.map((role) => `${defaultLogin(database, role)}=${role}`);
  const logins = wanted.flatMap((text) => readLogin(database, text));
  for (const { name, role } of logins) {
    assertName('login', name);
    const reason = reservedReason(name, connectedAs);
    if (reason !== undefined) {
      throw refused(`${name} ${reason}: name another login, --login <name>=${role}.`);
    }
  }
  assertDifferent(logins);
  return logins;
}

/** A name that can stand in T-SQL and in a script of sqlcmd, which knows no way to write `$(` as it is. */
function assertName(what: string, name: string): void {
  if (name.length > MAX_NAME_LENGTH) {
    throw refused(
      `A ${what}'s name has at most ${MAX_NAME_LENGTH} characters; "${name}" is longer.`,
    );
  }
  if (/\p{Cc}|\$\(/u.test(name) || name.trim() !== name) {
    throw refused(
      `A ${what}'s name holds no control characters, no $( and no blank at its ends: ${JSON.stringify(name)}.`,
    );
  }
  if (what === 'login' && name.includes('\\')) {
    throw refused(
      `${name} is an account of Windows: bootstrap makes logins with passwords alone. Make it with CREATE LOGIN … FROM WINDOWS and add its user to one of the roles in docs/dba.md.`,
    );
  }
}

function readLogin(database: string, text: string): BootstrapLogin[] {
  const { name, role: roleText, pair } = FORM.exec(text)?.groups ?? {};
  const role = ROLE_NAMES.find((one) => one === roleText);
  if (name === undefined || role === undefined) {
    throw refused(
      `--login is <name>=<role> or <name>=<role>:pair with one of the roles ${ROLE_NAMES.join(', ')}, not "${text}".`,
    );
  }
  const login = { name, role, passwordVariable: passwordVariable(database, name, role) };
  if (pair === undefined) return [login];
  return [login, { name: `${name}${CLONE_SUFFIX}`, role, passwordVariable: undefined }];
}

/** `APP_PASSWORD` for the login of that role which is named after the database, else `PASSWORD_<NAME>`. */
function passwordVariable(database: string, name: string, role: RoleName): string {
  return name === defaultLogin(database, role)
    ? `${role.toUpperCase()}_PASSWORD`
    : `PASSWORD_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}

function assertDifferent(logins: readonly BootstrapLogin[]): void {
  const roles = Object.values(ROLES).map((name) => name.toLowerCase());
  const names = logins.map(({ name }) => name.toLowerCase());
  const variables = logins.flatMap(({ passwordVariable: one }) => one ?? []);
  const twice = (all: readonly string[]) => all.find((one, at) => all.indexOf(one) !== at);
  const name = twice([...roles, ...names]);
  if (name !== undefined) {
    throw refused(`"${name}" would be made twice; each login and role has a name of its own.`);
  }
  const variable = twice(variables);
  if (variable !== undefined) {
    throw refused(
      `Two logins would take their password from ${variable}: make them in two runs, or name one otherwise.`,
    );
  }
}

function refused(message: string): Refused {
  return new Refused(EXIT.usage, message);
}
