import { describe, expect, it } from 'vitest';
import { describeDifference } from '../schema/difference.ts';
import { bootstrapped } from '../testing/bootstrapped.ts';
import { rightFindings } from './right-findings.ts';
import type { Permission, Rights } from './rights.ts';

const BOOTSTRAPPED = bootstrapped();
const APP = 'ordercast_app_role';

function found(change: Partial<Rights>) {
  const { differences, told } = rightFindings({ ...BOOTSTRAPPED, ...change });
  return { drift: differences.map(describeDifference), notes: told };
}

const without = (isGone: (one: Permission) => boolean): Partial<Rights> => ({
  permissions: BOOTSTRAPPED.permissions.filter((one) => !isGone(one)),
});
const withMembers = (...more: Rights['members'][number][]): Partial<Rights> => ({
  members: [...BOOTSTRAPPED.members, ...more],
});
const isOn = ({ of }: Permission, name: string) => of.kind !== 'database' && of.name === name;

describe('the roles of bootstrap', () => {
  it.each([
    [
      'nothing keeps the programs from the timeline',
      without((one) => isOn(one, 'dbo.order_timeline')),
      'lacks DENY UPDATE, DELETE ON dbo.order_timeline → DENY UPDATE, DELETE ON dbo.order_timeline TO ordercast_app_role;',
    ],
    [
      'they may delete from it',
      without((one) => isOn(one, 'dbo.order_timeline') && one.permission === 'DELETE'),
      'lacks DENY UPDATE, DELETE ON dbo.order_timeline → DENY UPDATE, DELETE ON dbo.order_timeline TO ordercast_app_role;',
    ],
    [
      'they may write a table of the history',
      without((one) => isOn(one, 'dbo.migration_history') && one.permission === 'INSERT'),
      'lacks DENY INSERT, UPDATE, DELETE ON dbo.migration_history → DENY INSERT, UPDATE, DELETE ON dbo.migration_history TO ordercast_app_role;',
    ],
    [
      'they may not read',
      without((one) => one.grantee === APP && one.permission === 'SELECT'),
      'lacks GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo → GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO ordercast_app_role;',
    ],
  ])('are told where %s, once however many are in them', (_what, change, expected) => {
    const members = bootstrapped(['shop_app=app:pair', 'shop_reports=reports']);
    const { drift } = found({ users: members.users, members: BOOTSTRAPPED.members, ...change });
    expect(drift).toEqual([`right of ${APP}: ${expected}`]);
  });

  it('are told where what is denied is granted instead', () => {
    const permissions = BOOTSTRAPPED.permissions.map((one) =>
      isOn(one, 'dbo.order_timeline') ? { ...one, denied: false } : one,
    );
    const { drift, notes } = found({ permissions });
    expect(drift).toEqual([expect.stringMatching(/lacks DENY UPDATE, DELETE ON dbo/)]);
    expect(notes).toEqual([
      `right of ${APP}: has UPDATE on object dbo.order_timeline, which bootstrap does not give`,
      `right of ${APP}: has DELETE on object dbo.order_timeline, which bootstrap does not give`,
    ]);
  });

  it('are told where who migrates lacks a right, or is in a fixed role no more', () => {
    const { drift } = found({
      ...without(({ permission }) => permission === 'VIEW DEFINITION'),
      members: BOOTSTRAPPED.members.filter(({ role }) => role !== 'db_ddladmin'),
    });
    expect(drift).toEqual([
      'right of ordercast_migrator_role: is no member of db_ddladmin → ALTER ROLE db_ddladmin ADD MEMBER ordercast_migrator_role;',
      'right of ordercast_migrator_role: lacks GRANT VIEW DEFINITION → GRANT VIEW DEFINITION TO ordercast_migrator_role;',
    ]);
  });

  it('are told where one of them is gone, and noted where all are: bootstrap was not run', () => {
    const roles = BOOTSTRAPPED.roles.filter((role) => role !== 'ordercast_reports_role');
    expect(found({ roles }).drift).toEqual([
      'right of ordercast_reports_role: is missing, and with it its rights; run bootstrap again',
    ]);
    const bare = { roles: ['db_owner'], members: [], permissions: [], trigger: undefined };
    expect(found(bare)).toEqual({
      drift: [],
      notes: [expect.stringMatching(/^rights: bootstrap was not run here/)],
    });
  });

  it('note members of other names, users and roles, and what was given to them by hand', () => {
    const { drift, notes } = found({
      ...withMembers(
        { role: APP, member: 'clerk' },
        { role: 'ordercast_migrator_role', member: 'shop_app_clone' },
        { role: 'ordercast_reports_role', member: 'tills' },
      ),
      roles: [...BOOTSTRAPPED.roles, 'tills'],
      permissions: [
        ...BOOTSTRAPPED.permissions,
        { grantee: APP, permission: 'EXECUTE', denied: false, of: { kind: 'schema', name: 'dbo' } },
        { grantee: APP, permission: 'INSERT', denied: true, of: { kind: 'database' } },
      ],
    });
    expect(drift).toEqual([]);
    expect(notes).toEqual([
      `right of ${APP}: has EXECUTE on schema dbo, which bootstrap does not give`,
      `right of ${APP}: is denied INSERT, which bootstrap does not give`,
      'right of shop_app_clone: is a member of ordercast_migrator_role (bootstrap names its own shop_migrator unless it is told otherwise)',
      `right of clerk: is a member of ${APP} (bootstrap names its own shop_app unless it is told otherwise)`,
      'right of tills: the role is a member of ordercast_reports_role (bootstrap names its own shop_reports unless it is told otherwise)',
    ]);
  });

  it.each([
    'db_owner',
    'db_securityadmin',
    'db_accessadmin',
    'db_ddladmin',
    'ordercast_migrator_role',
  ])('are drift where one of the programs is in %s, too', (role) => {
    expect(found(withMembers({ role, member: 'shop_app' })).drift).toContain(
      `right of shop_app: runs the programs (${APP}) and is in ${role}, so that it may take back what is denied to them → ALTER ROLE ${role} DROP MEMBER [shop_app];`,
    );
  });

  it('are drift where that comes through a role, or of the role itself', () => {
    const inner = [
      { role: 'clerks', member: 'shop_reports' },
      { role: 'db_owner', member: 'clerks' },
    ];
    expect(found(withMembers(...inner)).drift).toEqual([
      'right of shop_reports: runs the programs (ordercast_reports_role) and is in db_owner, so that it may take back what is denied to them',
    ]);
    expect(found(withMembers({ role: 'db_owner', member: APP })).drift).toEqual([
      `right of ${APP}: runs the programs (${APP}) and is in db_owner, so that it may take back what is denied to them → ALTER ROLE db_owner DROP MEMBER [${APP}];`,
      `right of shop_app: runs the programs (${APP}) and is in db_owner, so that it may take back what is denied to them`,
    ]);
  });
});

describe('the trigger of bootstrap', () => {
  const definition = BOOTSTRAPPED.trigger?.definition ?? '';
  const drift = (trigger: Rights['trigger']) => found({ trigger }).drift;

  it('is the same in other blanks and line ends, and with the word that altered it', () => {
    const text = definition.replaceAll('\n', '\r\n  ').replace(/^CREATE\s+/, '  CREATE OR ALTER ');
    expect(drift({ disabled: false, definition: text })).toEqual([]);
  });

  it.each([
    ['is missing', undefined, /is missing.*run bootstrap again/],
    [
      'is disabled',
      { disabled: true, definition },
      /is disabled.* → ENABLE TRIGGER ordercast_table_rights ON DATABASE;$/,
    ],
    [
      'gives less',
      { disabled: false, definition: definition.replace('UPDATE, DELETE', 'UPDATE') },
      /is not bootstrap's own any more/,
    ],
    [
      'does not see a table that is renamed',
      { disabled: false, definition: definition.replace(', RENAME', '') },
      /is not bootstrap's own any more/,
    ],
    [
      'does not see a table that is moved into the schema',
      { disabled: false, definition: definition.replace(', ALTER_SCHEMA', '') },
      /not of this version: run it again/,
    ],
    ['is encrypted', { disabled: false, definition: undefined }, /is not bootstrap's own any more/],
  ])('is drift where it %s', (_what, trigger, expected) => {
    expect(drift(trigger)).toEqual([expect.stringMatching(expected)]);
  });

  it('is missed also where the roles are gone, and roles where the trigger alone is left', () => {
    const { drift: differences } = found({ roles: [] });
    for (const role of ['migrator', 'app', 'reports']) {
      expect(differences.join('\n')).toContain(`ordercast_${role}_role: is missing`);
    }
  });
});
