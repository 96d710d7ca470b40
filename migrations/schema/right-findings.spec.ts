import { describe, expect, it } from 'vitest';
import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import { describeDifference } from './difference.ts';
import { rightFindings } from './right-findings.ts';
import type { Permission, Rights } from './right-findings.ts';

const on = (
  grantee: string,
  permission: string,
  of: Permission['of'] = { kind: 'schema', name: 'dbo' },
  denied = false,
): Permission => ({ grantee, permission, of, denied });

const ROWS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const denials = (grantee: string) =>
  BOOKKEEPING_TABLES.flatMap((table) =>
    ['INSERT', 'UPDATE', 'DELETE'].map((permission) =>
      on(grantee, permission, { kind: 'object', name: `dbo.${table}` }, true),
    ),
  );

/** As `bootstrap` leaves a database. */
const BOOTSTRAPPED: Rights = {
  users: ['app', 'dbo', 'guest', 'migrator'],
  members: [
    { role: 'db_owner', member: 'dbo' },
    { role: 'db_ddladmin', member: 'migrator' },
    { role: 'db_datareader', member: 'migrator' },
    { role: 'db_datawriter', member: 'migrator' },
  ],
  permissions: [
    on('app', 'CONNECT', { kind: 'database' }),
    on('dbo', 'CONNECT', { kind: 'database' }),
    on('migrator', 'CONNECT', { kind: 'database' }),
    on('migrator', 'VIEW DEFINITION', { kind: 'database' }),
    on('public', 'VIEW ANY COLUMN MASTER KEY DEFINITION', { kind: 'database' }),
    ...ROWS.map((permission) => on('app', permission)),
    ...denials('app'),
  ],
};

function found(change: Partial<Rights>) {
  const { differences, told } = rightFindings({ ...BOOTSTRAPPED, ...change });
  return [...differences.map(describeDifference), ...told];
}

const withGrant = (...more: Permission[]) => ({
  permissions: [...BOOTSTRAPPED.permissions, ...more],
});
const withMember = (role: string, member: string) => ({
  members: [...BOOTSTRAPPED.members, { role, member }],
});

describe('the rights of a database', () => {
  it('are as they should be after bootstrap', () => {
    expect(found({})).toEqual([]);
  });

  it('are as they should be where the rights of the programs are those of a role', () => {
    const permissions = BOOTSTRAPPED.permissions.map((one) =>
      one.grantee === 'app' ? { ...one, grantee: 'programs' } : one,
    );
    expect(found({ ...withMember('programs', 'app'), permissions })).toEqual([]);
  });

  it.each([
    [
      'everybody reads a table',
      withGrant(on('public', 'SELECT', { kind: 'object', name: 'dbo.orders' })),
      'right of public: has SELECT ON dbo.orders → REVOKE SELECT ON dbo.orders FROM [public];',
    ],
    [
      'everybody reads every table',
      withGrant(on('public', 'SELECT')),
      'right of public: has SELECT ON SCHEMA::[dbo] → REVOKE SELECT ON SCHEMA::[dbo] FROM [public];',
    ],
    [
      'guests come in',
      withGrant(on('guest', 'CONNECT', { kind: 'database' })),
      'right of guest: has CONNECT → REVOKE CONNECT FROM [guest];',
    ],
    [
      'one may do everything',
      withGrant(on('app', 'CONTROL', { kind: 'database' })),
      'right of app: has CONTROL → REVOKE CONTROL FROM [app];',
    ],
    [
      'the programs may write one table of the history',
      {
        permissions: BOOTSTRAPPED.permissions.filter(
          ({ denied, permission, of }) =>
            !(
              denied &&
              permission === 'DELETE' &&
              of.kind !== 'database' &&
              of.name === 'dbo.migration_history'
            ),
        ),
      },
      'right of app: may write dbo.migration_history, though it does not migrate → DENY INSERT, UPDATE, DELETE ON dbo.migration_history TO [app];',
    ],
    [
      'one is in db_owner',
      withMember('db_owner', 'admin'),
      'right of admin: is a member of db_owner, which may change everything (on RDS the master login is one)',
    ],
  ])('are told where %s', (_what, change, expected) => {
    expect(found(change)).toEqual([expected]);
  });

  it('to write the history are found through a role of a role, and in db_datawriter', () => {
    const writers = (change: Partial<Rights>) =>
      found({ ...change, users: [...BOOTSTRAPPED.users, 'other'] }).filter((one) =>
        one.startsWith('right of other: may write'),
      );
    expect(writers({})).toEqual([]);
    expect(writers(withMember('db_datawriter', 'other'))).toHaveLength(3);
    const roles = [
      ...BOOTSTRAPPED.members,
      { role: 'inner', member: 'other' },
      { role: 'outer', member: 'inner' },
    ];
    expect(writers({ members: roles, ...withGrant(on('outer', 'UPDATE')) })).toHaveLength(3);
    expect(
      writers({ members: roles, ...withGrant(on('outer', 'UPDATE'), ...denials('inner')) }),
    ).toEqual([]);
  });
});
