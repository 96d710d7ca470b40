import { describe, expect, it } from 'vitest';
import { describeDifference } from '../schema/difference.ts';
import { bootstrapped } from '../testing/bootstrapped.ts';
import { rightFindings } from './right-findings.ts';
import type { Permission, Rights, Securable } from './rights.ts';

const on = (
  grantee: string,
  permission: string,
  of: Securable = { kind: 'schema', name: 'dbo' },
  denied = false,
): Permission => ({ grantee, permission, of, denied });

const BOOTSTRAPPED = bootstrapped();

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

  it('are as they should be with other logins, a pair, and before the tables are made', () => {
    const pair = bootstrapped(['shop_app=app:pair', 'shop_migrator=migrator']);
    expect(found({ ...pair, database: 'SHOP' })).toEqual([]);
    expect(found(bootstrapped([], []))).toEqual([]);
    expect(found({ ...bootstrapped([], []), tables: [] })).toEqual([]);
  });

  it.each([
    [
      'everybody reads a table',
      withGrant(on('public', 'SELECT', { kind: 'object', name: 'dbo.orders' })),
      'right of public: has SELECT ON [dbo].[orders] → REVOKE SELECT ON [dbo].[orders] FROM [public];',
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
      withGrant(on('night.audit]', 'CONTROL', { kind: 'database' })),
      'right of night.audit]: has CONTROL → REVOKE CONTROL FROM [night.audit]]];',
    ],
    [
      'who migrates may do everything',
      withGrant(on('ordercast_migrator_role', 'CONTROL', { kind: 'database' })),
      'right of ordercast_migrator_role: has CONTROL → REVOKE CONTROL FROM [ordercast_migrator_role];',
    ],
    [
      'one may do everything to a table',
      withGrant(on('shop_app', 'CONTROL', { kind: 'object', name: 'dbo.order_timeline' })),
      'right of shop_app: has CONTROL ON [dbo].[order_timeline] → REVOKE CONTROL ON [dbo].[order_timeline] FROM [shop_app];',
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
    expect(writers(withMember('db_datawriter', 'other'))).toEqual([
      'right of other: may write dbo.knex_migrations, though it does not migrate → DENY INSERT, UPDATE, DELETE ON dbo.knex_migrations TO [other];',
      'right of other: may write dbo.knex_migrations_lock, though it does not migrate → DENY INSERT, UPDATE, DELETE ON dbo.knex_migrations_lock TO [other];',
      'right of other: may write dbo.migration_history, though it does not migrate → DENY INSERT, UPDATE, DELETE ON dbo.migration_history TO [other];',
      'right of other: may write dbo.order_timeline, though it does not migrate → DENY UPDATE, DELETE ON dbo.order_timeline TO [other];',
    ]);
    const roles = [
      ...BOOTSTRAPPED.members,
      { role: 'inner', member: 'other' },
      { role: 'outer', member: 'inner' },
    ];
    expect(writers({ members: roles, ...withGrant(on('outer', 'UPDATE')) })).toHaveLength(4);
    expect(writers({ members: roles, ...withGrant(on('outer', 'INSERT')) })).toHaveLength(3);
    const denied = on('inner', 'UPDATE', { kind: 'schema', name: 'dbo' }, true);
    expect(writers({ members: roles, ...withGrant(on('outer', 'UPDATE'), denied) })).toEqual([]);
    const timeline = { kind: 'object', name: 'dbo.Order_Timeline' } as const;
    expect(writers(withGrant(on('other', 'DELETE', timeline)))).toHaveLength(1);
    expect(writers(withGrant(on('other', 'DELETE', { kind: 'schema', name: 'audit' })))).toEqual(
      [],
    );
    expect(writers(withMember('ordercast_migrator_role', 'other'))).toEqual([]);
    expect(
      writers({ members: [...roles, { role: 'db_denydatawriter', member: 'outer' }] }),
    ).toEqual([]);
  });
});
