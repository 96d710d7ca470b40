import { bootstrapLogins } from '../command/bootstrap-logins.ts';
import { bootstrapParts } from '../command/bootstrap-script.ts';
import type { Permission, Rights, Securable } from '../rights/rights.ts';

const BOOKKEEPING = ['knex_migrations', 'knex_migrations_lock', 'migration_history'];

/**
 * What the catalogue of the database `shop` says of rights once the statements of `bootstrap` have run in
 * it: read from their text, so that verify and bootstrap are held to one another. Rights on a table are
 * there where the table is.
 */
export function bootstrapped(
  logins: readonly string[] = [],
  tables: readonly string[] = ['order_timeline', 'reports'],
): Rights {
  const sql = bootstrapParts({
    database: 'shop',
    logins: bootstrapLogins('shop', logins),
    resetPasswords: false,
    endSessions: false,
  })
    .map((part) => part.sql)
    .join('\n');
  const all = [...BOOKKEEPING, ...tables];
  const users = matches(sql, /CREATE USER \[(?<name>\w+)\] FOR LOGIN/g);
  const [definition] = matches(sql, /EXEC \(N'(?<name>CREATE OR ALTER TRIGGER .*?)'\);/gs);
  return {
    database: 'shop',
    tables: all,
    users: ['dbo', 'guest', ...users],
    roles: ['db_owner', 'public', ...matches(sql, /CREATE ROLE (?<name>\w+)/g)],
    members: [{ role: 'db_owner', member: 'dbo' }, ...membersIn(sql)],
    permissions: [
      ...['dbo', ...users].map((grantee) => connect(grantee)),
      {
        grantee: 'public',
        permission: 'VIEW ANY COLUMN MASTER KEY DEFINITION',
        denied: false,
        of: { kind: 'database' },
      },
      ...permissionsIn(sql, all),
    ],
    // As the server keeps it: without its OR ALTER.
    trigger: {
      disabled: false,
      definition: definition?.replaceAll("''", "'").replace('OR ALTER', ''),
    },
  };
}

function matches(sql: string, pattern: RegExp): string[] {
  return [...new Set([...sql.matchAll(pattern)].flatMap(({ groups }) => groups?.['name'] ?? []))];
}

function membersIn(sql: string): Rights['members'] {
  const pattern = /ALTER ROLE (?<role>\w+) ADD MEMBER \[?(?<member>\w+)\]?;/g;
  return [...sql.matchAll(pattern)].map(({ groups }) => ({
    role: groups?.['role'] ?? '',
    member: groups?.['member'] ?? '',
  }));
}

function connect(grantee: string): Permission {
  return { grantee, permission: 'CONNECT', denied: false, of: { kind: 'database' } };
}

/** The trigger says again what is said outside of it. */
function permissionsIn(sql: string, tables: readonly string[]): Permission[] {
  const pattern =
    /^ *(?<verb>GRANT|DENY) (?<list>[A-Z, ]+?)(?: ON (?<on>\S+))? TO (?<grantee>\w+);$/gm;
  const found = [...sql.matchAll(pattern)].flatMap(({ groups }): Permission[] => {
    const of = securable(groups?.['on']);
    if (of.kind === 'object' && !tables.includes(of.name.slice('dbo.'.length))) return [];
    return (groups?.['list'] ?? '').split(', ').map((permission) => ({
      grantee: groups?.['grantee'] ?? '',
      permission,
      denied: groups?.['verb'] === 'DENY',
      of,
    }));
  });
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

function securable(on: string | undefined): Securable {
  if (on === undefined) return { kind: 'database' };
  return on.startsWith('SCHEMA::')
    ? { kind: 'schema', name: on.slice('SCHEMA::'.length) }
    : { kind: 'object', name: on };
}
