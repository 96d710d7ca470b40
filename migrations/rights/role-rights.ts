import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import type { Permission, Securable } from './rights.ts';

/**
 * Database roles that hold the rights; users are their members, so that a second login of a rotation
 * has the same. A role's name needs no brackets: AWS's rotation function writes none around it.
 */
export const ROLES = {
  migrator: 'ordercast_migrator_role',
  app: 'ordercast_app_role',
  reports: 'ordercast_reports_role',
} as const;

export type RoleName = keyof typeof ROLES;

export const ROLE_NAMES: readonly RoleName[] = ['migrator', 'app', 'reports'];

/** The fixed roles whose rights each role has as well. */
export const FIXED_ROLES: Readonly<Record<RoleName, readonly string[]>> = {
  migrator: ['db_ddladmin', 'db_datareader', 'db_datawriter'],
  app: [],
  reports: [],
};

/** A right that a role has or, for DENY, that nothing can give to its members. */
export interface RoleRight {
  role: RoleName;
  verb: 'GRANT' | 'DENY';
  permissions: readonly string[];
  of: Exclude<Securable, { kind: 'column' }>;
}

const DBO: RoleRight['of'] = { kind: 'schema', name: 'dbo' };
const table = (name: string): RoleRight['of'] => ({ kind: 'object', name: `dbo.${name}` });

/** On what is there when `bootstrap` runs. */
const LASTING_RIGHTS: readonly RoleRight[] = [
  {
    role: 'migrator',
    verb: 'GRANT',
    permissions: ['VIEW DEFINITION'],
    of: { kind: 'database' },
  },
  // A new table's rights are given as it is made, and only who has CONTROL may give them.
  { role: 'migrator', verb: 'GRANT', permissions: ['CONTROL'], of: DBO },
  {
    role: 'app',
    verb: 'GRANT',
    permissions: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    of: DBO,
  },
  ...BOOKKEEPING_TABLES.map((name): RoleRight => ({
    role: 'app',
    verb: 'DENY',
    permissions: ['INSERT', 'UPDATE', 'DELETE'],
    of: table(name),
  })),
  { role: 'reports', verb: 'GRANT', permissions: ['SELECT'], of: DBO },
];

const reportsMay = (permissions: readonly string[], name: string): [string, RoleRight] => [
  name,
  { role: 'reports', verb: 'GRANT', permissions, of: table(name) },
];

/** On single tables, which steps make, and may make anew, after `bootstrap`; by the table's name. */
export const TABLE_RIGHTS: ReadonlyMap<string, RoleRight> = new Map<string, RoleRight>([
  // What happened to an order is only ever added to.
  [
    'order_timeline',
    { role: 'app', verb: 'DENY', permissions: ['UPDATE', 'DELETE'], of: table('order_timeline') },
  ],
  // A run of a report is a row from the beginning to the end of it, each of its mails another.
  reportsMay(['INSERT', 'UPDATE'], 'reports'),
  reportsMay(['INSERT', 'UPDATE'], 'report_mails'),
  reportsMay(['INSERT', 'UPDATE'], 'report_schedules'),
  // What happens to a run reaches the page through the relay, as an order's changes do.
  reportsMay(['INSERT'], 'outbox'),
  // Whoever asks for a report is known by name, also where they never asked the order API for anything.
  reportsMay(['INSERT', 'UPDATE'], 'people'),
  reportsMay(['INSERT', 'DELETE'], 'person_words'),
]);

export const ROLE_RIGHTS: readonly RoleRight[] = [...LASTING_RIGHTS, ...TABLE_RIGHTS.values()];

/** What `bootstrap` gives to a role, as statements that may be run again. */
export function roleStatements(role: RoleName): string[] {
  return [
    ...FIXED_ROLES[role].map((fixed) => memberStatement(fixed, role)),
    ...LASTING_RIGHTS.filter((right) => right.role === role).map(rightStatement),
  ];
}

export function memberStatement(fixed: string, role: RoleName): string {
  return `ALTER ROLE ${fixed} ADD MEMBER ${ROLES[role]};`;
}

export function rightStatement(right: RoleRight): string {
  return `${rightText(right)} TO ${ROLES[right.role]};`;
}

/** Without the role: `DENY UPDATE, DELETE ON dbo.order_timeline`. */
export function rightText({ verb, permissions, of }: RoleRight): string {
  const on = { database: '', schema: ' ON SCHEMA::', object: ' ON ' }[of.kind];
  return `${verb} ${permissions.join(', ')}${on}${of.kind === 'database' ? '' : of.name}`;
}

/** The same as the catalogue has it, a permission each. */
export function toPermissions({ role, verb, permissions, of }: RoleRight): Permission[] {
  return permissions.map((permission) => ({
    grantee: ROLES[role],
    permission,
    denied: verb === 'DENY',
    of,
  }));
}
