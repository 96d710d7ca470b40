import type { Difference } from '../schema/difference.ts';
import { inBrackets } from '../schema/object-name.ts';
import { columnFindings } from './column-findings.ts';
import { KEPT, MIGRATING } from './kept-tables.ts';
import { isGivenByBootstrap, rightsAsBootstrapped, roleFindings } from './role-findings.ts';
import { isExempt, onText, rolesOf, sameSecurable } from './rights.ts';
import type { Permission, RightFindings, Rights, Securable } from './rights.ts';

/** Their members may give themselves every other right. */
const MIGHTY = ['db_owner', 'db_securityadmin', 'db_accessadmin'];

/**
 * Rights that neither `bootstrap` nor a step gives: to everybody (`public`, `guest`), of everything
 * (CONTROL), and to write what only who migrates may write; and roles that are not as `bootstrap` makes them.
 */
export function rightFindings(rights: Rights): RightFindings {
  const roles = roleFindings(rights);
  const differences = [
    ...rights.permissions.filter(isTooWide).map((one): Difference => ({
      subject: `right of ${one.grantee}`,
      kind: 'right',
      actual: `has ${one.permission}${onText(one.of)}`,
      expected: undefined,
      remedy: `REVOKE ${one.permission}${onText(one.of)} FROM ${inBrackets(one.grantee)};`,
    })),
    ...rights.users.filter((user) => user !== 'guest').flatMap((user) => writer(user, rights)),
    ...columnFindings(rights),
    ...roles.differences,
  ];
  const told = rights.members
    .filter(({ role, member }) => MIGHTY.includes(role) && member !== 'dbo')
    .map(
      ({ role, member }) =>
        `right of ${member}: is a member of ${role}, which may change everything (on RDS the master login is one)`,
    );
  return { differences, told: [...told, ...roles.told] };
}

function isTooWide(right: Permission): boolean {
  const { grantee, permission, denied, of } = right;
  if (denied || isExempt(of) || grantee === 'dbo' || isGivenByBootstrap(right)) return false;
  if (permission === 'CONTROL') return true;
  if (grantee === 'guest') return true;
  // Every new database lets everybody see the metadata of its column keys.
  return (
    grantee === 'public' && !(of.kind === 'database' && permission.startsWith('VIEW ANY COLUMN'))
  );
}

/** One that may write a table that is kept from all who do not migrate, and does not migrate. */
function writer(user: string, rights: Rights): Difference[] {
  const { members, tables } = rights;
  const roles = rolesOf(user, members);
  if (user === 'dbo' || roles.some((role) => MIGRATING.includes(role))) return [];
  // What bootstrap's own roles lack is told of the role, not of each of its members.
  const own = [...rights.permissions, ...rightsAsBootstrapped(rights)].filter(
    ({ grantee }) => grantee === user || roles.includes(grantee),
  );
  const open = KEPT.filter(({ table, from }) => {
    const isThere = tables.some((name) => name.toLowerCase() === table);
    return isThere && from.some((permission) => may(permission, table, { own, roles }));
  });
  return open.map(({ table, from }) => ({
    subject: `right of ${user}`,
    kind: 'right',
    actual: `may write dbo.${table}, though it does not migrate`,
    expected: undefined,
    remedy: `DENY ${from.join(', ')} ON dbo.${table} TO ${inBrackets(user)};`,
  }));
}

function may(
  permission: string,
  table: string,
  { own, roles }: { own: readonly Permission[]; roles: readonly string[] },
): boolean {
  const covering = own.filter((one) => one.permission === permission && covers(one.of, table));
  const isGranted = roles.includes('db_datawriter') || covering.some(({ denied }) => !denied);
  const isDenied = roles.includes('db_denydatawriter') || covering.some(({ denied }) => denied);
  return isGranted && !isDenied;
}

function covers(of: Securable, table: string): boolean {
  return (
    of.kind === 'database' ||
    sameSecurable(of, { kind: 'schema', name: 'dbo' }) ||
    sameSecurable(of, { kind: 'object', name: `dbo.${table}` })
  );
}
