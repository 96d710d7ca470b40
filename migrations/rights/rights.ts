import type { Difference } from '../schema/difference.ts';
import { inBrackets } from '../schema/object-name.ts';

/** Who may do what in a database. Names of principals and of permissions are as the catalogue has them. */
export interface Rights {
  database: string;
  /** Tables of `dbo`. */
  tables: readonly string[];
  /** Users and groups, not roles. */
  users: readonly string[];
  /** Roles, the server's own among them. */
  roles: readonly string[];
  members: readonly { role: string; member: string }[];
  permissions: readonly Permission[];
  /** The one that gives rights on tables as they are made; undefined where it is missing. */
  trigger: TriggerState | undefined;
}

export interface Permission {
  grantee: string;
  /** `SELECT`, `CONTROL` … */
  permission: string;
  denied: boolean;
  of: Securable;
}

/** What a right is of: the whole database, a schema, an object as `schema.object`, or a column of one. */
export type Securable =
  | { kind: 'database' }
  | { kind: 'schema' | 'object'; name: string }
  | {
      kind: 'column';
      /** Of its table, as `schema.object`. */
      name: string;
      column: string;
      /** Nothing is granted or denied here: what is of the whole table stops before this column (REVOKE). */
      isExempt: boolean;
    };

export interface TriggerState {
  disabled: boolean;
  /** The statement that made it; undefined where it is encrypted. */
  definition: string | undefined;
}

export interface RightFindings {
  differences: Difference[];
  /** What somebody should know, and what may be meant so. */
  told: string[];
}

/** The same of all that bears on a database and is no schema. */
export interface SurroundingFindings extends RightFindings {
  /** What this login could not look at, with what it takes. */
  unread: string[];
}

/** Its roles and theirs in turn, and the one that everybody has. */
export function rolesOf(principal: string, members: Rights['members']): string[] {
  const found = new Set<string>();
  const queue = [principal];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    for (const { role, member } of members) {
      if (member !== one || found.has(role)) continue;
      found.add(role);
      queue.push(role);
    }
  }
  return [...found, 'public'];
}

/** Whether two are one; most servers disregard the case of a name. A column is never compared. */
export function sameSecurable(one: Securable, other: Securable): boolean {
  if (one.kind === 'database' || other.kind === 'database') return one.kind === other.kind;
  if (one.kind === 'column' || other.kind === 'column') return false;
  return one.kind === other.kind && one.name.toLowerCase() === other.name.toLowerCase();
}

/** Whether this says only that a right on a table stops before a column of it. */
export function isExempt(of: Securable): boolean {
  return of.kind === 'column' && of.isExempt;
}

/** As T-SQL takes it. The catalogue's `schema.object`: a dot in the schema's own name is too rare to keep apart. */
export function onText(of: Securable): string {
  if (of.kind === 'database') return '';
  if (of.kind === 'schema') return ` ON SCHEMA::${inBrackets(of.name)}`;
  const dot = of.name.indexOf('.');
  const table = `${inBrackets(of.name.slice(0, dot))}.${inBrackets(of.name.slice(dot + 1))}`;
  return ` ON ${table}${of.kind === 'column' ? ` (${inBrackets(of.column)})` : ''}`;
}
