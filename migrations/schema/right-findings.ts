import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import type { Difference } from './difference.ts';

/** Who may do what in a database. Names of roles and of permissions are as the catalogue has them. */
export interface Rights {
  /** Users and groups, not roles. */
  users: readonly string[];
  members: readonly { role: string; member: string }[];
  permissions: readonly Permission[];
}

export interface Permission {
  grantee: string;
  /** `SELECT`, `CONTROL` … */
  permission: string;
  denied: boolean;
  /** What it is of: the whole database, a schema, or an object as `schema.object`. */
  of: { kind: 'database' } | { kind: 'schema' | 'object'; name: string };
}

export interface RightFindings {
  differences: Difference[];
  /** What somebody should know, and what may be meant so. */
  told: string[];
}

const WRITING = ['INSERT', 'UPDATE', 'DELETE'];
/** Who changes tables may migrate, so the history is theirs to write. */
const MIGRATING = ['db_ddladmin', 'db_owner'];
/** Their members may give themselves every other right. */
const MIGHTY = ['db_owner', 'db_securityadmin', 'db_accessadmin'];

/**
 * Rights that neither `bootstrap` nor a step gives: to everybody (`public`, `guest`), of everything
 * (CONTROL), and to write the history of the schema without migrating.
 */
export function rightFindings(rights: Rights): RightFindings {
  const differences = [
    ...rights.permissions.filter(isTooWide).map((one): Difference => ({
      subject: `right of ${one.grantee}`,
      kind: 'right',
      actual: `has ${one.permission}${onText(one)}`,
      expected: undefined,
      remedy: `REVOKE ${one.permission}${onText(one)} FROM [${one.grantee}];`,
    })),
    ...rights.users
      .filter((user) => user !== 'guest')
      .flatMap((user) => historyWriter(user, rights)),
  ];
  const told = rights.members
    .filter(({ role, member }) => MIGHTY.includes(role) && member !== 'dbo')
    .map(
      ({ role, member }) =>
        `right of ${member}: is a member of ${role}, which may change everything (on RDS the master login is one)`,
    );
  return { differences, told };
}

function isTooWide({ grantee, permission, denied, of }: Permission): boolean {
  if (denied || grantee === 'dbo') return false;
  if (permission === 'CONTROL') return true;
  if (grantee === 'guest') return true;
  // Every new database lets everybody see the metadata of its column keys.
  return (
    grantee === 'public' && !(of.kind === 'database' && permission.startsWith('VIEW ANY COLUMN'))
  );
}

/** One that may write a table of the history and does not migrate. */
function historyWriter(user: string, { members, permissions }: Rights): Difference[] {
  const roles = rolesOf(user, members);
  if (user === 'dbo' || roles.some((role) => MIGRATING.includes(role))) return [];
  const own = permissions.filter(({ grantee }) => grantee === user || roles.includes(grantee));
  const open = BOOKKEEPING_TABLES.filter((table) =>
    WRITING.some((permission) => {
      const covering = own.filter((one) => one.permission === permission && covers(one, table));
      const isGranted = roles.includes('db_datawriter') || covering.some(({ denied }) => !denied);
      const isDenied = roles.includes('db_denydatawriter') || covering.some(({ denied }) => denied);
      return isGranted && !isDenied;
    }),
  );
  return open.map((table) => ({
    subject: `right of ${user}`,
    kind: 'right',
    actual: `may write dbo.${table}, though it does not migrate`,
    expected: undefined,
    remedy: `DENY INSERT, UPDATE, DELETE ON dbo.${table} TO [${user}];`,
  }));
}

function covers({ of }: Permission, table: string): boolean {
  if (of.kind === 'database') return true;
  return of.name.toLowerCase() === (of.kind === 'schema' ? 'dbo' : `dbo.${table}`);
}

/** Its roles and theirs in turn, and the one that everybody has. */
function rolesOf(user: string, members: Rights['members']): string[] {
  const found = new Set<string>();
  const queue = [user];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    for (const { role, member } of members) {
      if (member !== one || found.has(role)) continue;
      found.add(role);
      queue.push(role);
    }
  }
  return [...found, 'public'];
}

function onText({ of }: Permission): string {
  switch (of.kind) {
    case 'database':
      return '';
    case 'schema':
      return ` ON SCHEMA::[${of.name}]`;
    case 'object':
      return ` ON ${of.name}`;
  }
}
