import type { Difference } from '../schema/difference.ts';
import { isOpenColumn } from './column-findings.ts';
import { CLONE_SUFFIX, defaultLogin } from './default-login.ts';
import { FIXED_ROLES, ROLES, ROLE_NAMES, ROLE_RIGHTS } from './role-rights.ts';
import { memberStatement, rightStatement, rightText, toPermissions } from './role-rights.ts';
import type { RoleName, RoleRight } from './role-rights.ts';
import { isExempt, rolesOf, sameSecurable } from './rights.ts';
import type { Permission, RightFindings, Rights } from './rights.ts';
import { inBrackets } from '../schema/object-name.ts';
import { triggerDifferences } from './table-rights-trigger.ts';

/** Who is in one of these may take back what is denied to it, or make the table anew without that. */
export const CHANGING: readonly string[] = [
  'db_owner',
  'db_securityadmin',
  'db_accessadmin',
  'db_ddladmin',
  ROLES.migrator,
];

/**
 * How the roles of `bootstrap` are not as it makes them: what they lack, the trigger that gives them
 * rights on new tables, and members that may do more than their role. What they have beyond, and members
 * of other names than bootstrap's own, is told: both may be meant so.
 */
export function roleFindings(rights: Rights): RightFindings {
  const { roles, trigger } = rights;
  const present = ROLE_NAMES.filter((role) => roles.includes(ROLES[role]));
  if (present.length === 0 && trigger === undefined) return { differences: [], told: [NO_ROLES] };
  const missing = ROLE_NAMES.filter((role) => !present.includes(role));
  return {
    differences: [
      ...missing.map((role) =>
        right(ROLES[role], 'is missing, and with it its rights; run bootstrap again'),
      ),
      ...present.flatMap((role) => lacking(role, rights)),
      ...triggerDifferences(trigger),
      ...[ROLES.app, ROLES.reports, ...rights.users].flatMap((one) => doingTooMuch(one, rights)),
    ],
    told: [
      ...rights.permissions.filter(isBeyond).map(beyondText),
      ...present.flatMap((role) => otherMembers(role, rights)),
    ],
  };
}

const NO_ROLES =
  'rights: bootstrap was not run here, or its roles are gone, so nothing is said of what the programs may do';

/** Whether bootstrap gives this to one of its roles. */
export function isGivenByBootstrap(permission: Permission): boolean {
  return ROLE_RIGHTS.flatMap(toPermissions).some((one) => isSame(one, permission));
}

/** What the roles should have, whether they have it or not; a role that is not there has nothing. */
export function rightsAsBootstrapped({ roles }: Rights): Permission[] {
  return ROLE_RIGHTS.flatMap(toPermissions).filter(({ grantee }) => roles.includes(grantee));
}

function isSame(one: Permission, other: Permission): boolean {
  return (
    one.grantee === other.grantee &&
    one.permission === other.permission &&
    one.denied === other.denied &&
    sameSecurable(one.of, other.of)
  );
}

function lacking(role: RoleName, { tables, members, permissions }: Rights): Difference[] {
  const isThere = ({ of }: RoleRight) =>
    of.kind !== 'object' || tables.some((name) => `dbo.${name}`.toLowerCase() === of.name);
  const isKept = (one: RoleRight) =>
    toPermissions(one).every((wanted) => permissions.some((has) => isSame(wanted, has)));
  return [
    ...FIXED_ROLES[role]
      .filter((fixed) => !members.some((one) => one.role === fixed && one.member === ROLES[role]))
      .map((fixed) => right(ROLES[role], `is no member of ${fixed}`, memberStatement(fixed, role))),
    ...ROLE_RIGHTS.filter((one) => one.role === role && isThere(one) && !isKept(one)).map((one) =>
      right(ROLES[role], `lacks ${rightText(one)}`, rightStatement(one)),
    ),
  ];
}

/** One that runs the programs and may change the schema or give rights as well. */
function doingTooMuch(principal: string, { members }: Rights): Difference[] {
  const own = [principal, ...rolesOf(principal, members)];
  const program = [ROLES.app, ROLES.reports].find((role) => own.includes(role));
  const changing = CHANGING.filter((role) => own.includes(role));
  if (program === undefined) return [];
  return changing.map((role) => {
    const isDirect = members.some((one) => one.role === role && one.member === principal);
    return right(
      principal,
      `runs the programs (${program}) and is in ${role}, so that it may take back what is denied to them`,
      isDirect ? `ALTER ROLE ${role} DROP MEMBER ${inBrackets(principal)};` : undefined,
    );
  });
}

function otherMembers(role: RoleName, { database, members, roles }: Rights): string[] {
  const own = defaultLogin(database, role);
  const known = [own, `${own}${CLONE_SUFFIX}`].map((name) => name.toLowerCase());
  return members
    .filter((one) => one.role === ROLES[role] && !known.includes(one.member.toLowerCase()))
    .map(({ member }) => {
      const what = roles.includes(member) ? 'the role is' : 'is';
      return `right of ${member}: ${what} a member of ${ROLES[role]} (bootstrap names its own ${own} unless it is told otherwise)`;
    });
}

function isBeyond(permission: Permission): boolean {
  const isOfRole = Object.values<string>(ROLES).includes(permission.grantee);
  if (!isOfRole || permission.permission === 'CONTROL' || isOpenColumn(permission)) return false;
  return !isExempt(permission.of) && !isGivenByBootstrap(permission);
}

function beyondText({ grantee, permission, denied, of }: Permission): string {
  const column = of.kind === 'column' ? ` ${of.column} of` : '';
  const on = of.kind === 'database' ? '' : ` on ${of.kind}${column} ${of.name}`;
  return `right of ${grantee}: ${denied ? 'is denied' : 'has'} ${permission}${on}, which bootstrap does not give`;
}

function right(principal: string, actual: string, remedy?: string): Difference {
  return {
    subject: `right of ${principal}`,
    kind: 'right',
    actual,
    expected: undefined,
    ...(remedy !== undefined && { remedy }),
  };
}
