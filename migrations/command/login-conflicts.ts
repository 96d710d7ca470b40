import { databaseErrorKind } from '@ordercast/platform/database-error.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { readMembers } from '../rights/read-members.ts';
import { CHANGING } from '../rights/role-findings.ts';
import { ROLES } from '../rights/role-rights.ts';
import type { RoleName } from '../rights/role-rights.ts';
import { rolesOf } from '../rights/rights.ts';
import type { Rights } from '../rights/rights.ts';
import { inBrackets } from '../schema/object-name.ts';
import type { BootstrapLogin } from './bootstrap-logins.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

const databaseRow = z.array(z.object({ id: z.number().nullable() }));
const principalRow = z.array(z.object({ name: z.string(), type: z.string() }));
/** Null where the login is not there, or may not be asked about. */
const serverRoleRow = z.array(z.record(z.string(), z.number().nullable()));

/** Who is in one of these may give itself everything. */
const SERVER_ROLES = ['sysadmin', 'securityadmin'] as const;

/**
 * Refuses logins that are something else already, as far as this login may see it: of the server's own
 * roles, another user or a role of the database, or in a role there that may more than theirs. Changes nothing.
 */
export async function assertNoConflicts(
  master: Knex,
  database: string,
  logins: readonly BootstrapLogin[],
): Promise<void> {
  const conflicts: string[] = [];
  for (const { name } of logins) conflicts.push(...(await serverConflicts(master, name)));
  conflicts.push(...(await databaseConflicts(master, database, logins)));
  if (conflicts.length === 0) return;
  const list = conflicts.map((one) => `\n  ${one}`).join('');
  throw new Refused(
    EXIT.refused,
    `Nothing was changed: a login of bootstrap has the rights of its role and no others. Name another login (--login <name>=<role>), or put this right first:${list}`,
  );
}

async function serverConflicts(master: Knex, login: string): Promise<string[]> {
  const asked = SERVER_ROLES.map((role) => `IS_SRVROLEMEMBER('${role}', ?) AS ${role}`);
  const rows: unknown = await master.raw(
    `SELECT ${asked.join(', ')}`,
    SERVER_ROLES.map(() => login),
  );
  const [row = {}] = serverRoleRow.parse(rows);
  return SERVER_ROLES.filter((role) => row[role] === 1).map(
    (role) =>
      `${login} is in the server's role ${role} (ALTER SERVER ROLE ${role} DROP MEMBER ${inBrackets(login)};)`,
  );
}

/** Asked from `master`: a session in the database would keep row versioning from being switched on. */
async function databaseConflicts(
  master: Knex,
  database: string,
  logins: readonly BootstrapLogin[],
): Promise<string[]> {
  const [row] = databaseRow.parse(await master.raw('SELECT DB_ID(?) AS id', [database]));
  if (row === undefined || row.id === null) return [];
  try {
    const members = await readMembers(master, database);
    const found: string[] = [];
    for (const { name, role } of logins) {
      found.push(...(await otherPrincipals(master, database, name)));
      found.push(...roleConflicts({ name, role, database, members }));
    }
    return found;
  } catch (error) {
    if (databaseErrorKind(error) !== 'missing-right') throw error;
    throw new Refused(
      EXIT.refused,
      `Nothing was changed: the database ${database} is there, and this login may not open it. Make a user for it in ${database}, in db_owner, and run bootstrap again.`,
      { cause: error },
    );
  }
}

async function otherPrincipals(master: Knex, database: string, login: string): Promise<string[]> {
  const rows: unknown = await master.raw(
    `SELECT p.name AS name, RTRIM(p.type) AS type FROM ${inBrackets(database).replaceAll('?', '\\?')}.sys.database_principals AS p
WHERE p.name = ? OR p.sid = SUSER_SID(?)`,
    [login, login],
  );
  return principalRow.parse(rows).flatMap(({ name, type }) => {
    if (type === 'R' || type === 'A') return [`${login} is the name of a role of ${database}`];
    if (name.toLowerCase() === login.toLowerCase()) return [];
    const why = name === 'dbo' ? ', since it owns the database' : '';
    return [`${login} is the user ${name} of ${database} already${why}`];
  });
}

function roleConflicts({
  name,
  role,
  database,
  members,
}: {
  name: string;
  role: RoleName;
  database: string;
  members: Rights['members'];
}): string[] {
  const user = members.find(({ member }) => member.toLowerCase() === name.toLowerCase())?.member;
  if (user === undefined) return [];
  return rolesOf(user, members)
    .filter((one) => isOther(one, role))
    .map((one) => {
      const isDirect = members.some((other) => other.role === one && other.member === user);
      const way = isDirect
        ? ` (ALTER ROLE ${inBrackets(one)} DROP MEMBER ${inBrackets(user)};)`
        : ', through another role';
      return `${user} is in ${one} of ${database} already, and is to be ${role}${way}`;
    });
}

/** Whether a role may what one that is asked for may not; who migrates changes the schema. */
function isOther(role: string, asked: RoleName): boolean {
  if (role === ROLES[asked] || (asked === 'migrator' && role === 'db_ddladmin')) return false;
  return CHANGING.includes(role) || Object.values<string>(ROLES).includes(role);
}
