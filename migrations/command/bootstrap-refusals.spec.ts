import { describe, expect, it } from 'vitest';
import { instanceForTest } from '../testing/bootstrap-instance.ts';

describe('bootstrap --login refuses, without asking the server,', () => {
  it.each<readonly [string, string]>([
    ...['sa', 'SA', 'dbo', 'guest', 'Public', 'sys', 'INFORMATION_SCHEMA'].map(
      (name) => [name, 'is a name of the server itself'] as const,
    ),
    ...['sysadmin', 'SecurityAdmin', 'db_owner', 'db_datareader', 'db_denydatawriter'].map(
      (name) => [name, 'is the name of a fixed role'] as const,
    ),
    ['##MS_PolicyEventProcessingLogin##', 'is a name that the server gives to logins of its own'],
    ['admin', 'is the login that bootstrap itself uses now'],
  ])('%s', async (name, reason) => {
    const { run, server } = await instanceForTest();
    for (const more of [[], ['--dry-run']]) {
      const { code, out } = await run(['--login', `${name}=app`, ...more]);
      expect([code, out]).toEqual([2, expect.stringContaining(`${name} ${reason}`)]);
      expect(out).toContain('name another login, --login <name>=app');
    }
    expect(server.logins).toEqual([]);
  });

  it('no name that only resembles one', async () => {
    const { run } = await instanceForTest();
    const { code } = await run(['--login', 'sales=app', '--login', '#orders=reports'], {
      PASSWORD_SALES: 'a',
      PASSWORD__ORDERS: 'b',
    });
    expect(code).toBe(0);
  });
});

describe('bootstrap refuses, before it changes anything, a login that', () => {
  const APP = ['--login', 'clerk=app'];
  const there = { logins: new Set(['clerk']), hasRowVersioning: true };
  const member = (role: string, name = 'clerk') => ({
    ...there,
    members: [{ role, member: name }],
  });

  it.each([
    [
      'migrates already',
      member('ordercast_migrator_role'),
      'clerk is in ordercast_migrator_role of shop already, and is to be app (ALTER ROLE [ordercast_migrator_role] DROP MEMBER [clerk];)',
    ],
    [
      'makes reports already',
      member('ordercast_reports_role'),
      'clerk is in ordercast_reports_role',
    ],
    ['owns the database by a role', member('db_owner'), 'clerk is in db_owner of shop already'],
    ['is known by other letters', member('db_owner', 'Clerk'), 'Clerk is in db_owner of shop'],
    [
      'is in a role by another role',
      {
        ...there,
        members: [
          { role: 'staff', member: 'clerk' },
          { role: 'db_securityadmin', member: 'staff' },
        ],
      },
      'clerk is in db_securityadmin of shop already, and is to be app, through another role',
    ],
    [
      'may do everything on the server',
      { ...there, serverRoles: { clerk: 'sysadmin' } },
      "clerk is in the server's role sysadmin (ALTER SERVER ROLE sysadmin DROP MEMBER [clerk];)",
    ],
    [
      'may give itself everything, while there is no database yet',
      { logins: new Set(['clerk']), serverRoles: { clerk: 'securityadmin' } },
      "clerk is in the server's role securityadmin",
    ],
    [
      'owns the database',
      { ...there, principals: [{ name: 'dbo', type: 'S', login: 'clerk' }] },
      'clerk is the user dbo of shop already, since it owns the database',
    ],
    [
      'is another user there',
      { ...there, principals: [{ name: 'till', type: 'S', login: 'clerk' }] },
      'clerk is the user till of shop already',
    ],
    [
      'has the name of a role there',
      { ...there, principals: [{ name: 'clerk', type: 'R' }] },
      'clerk is the name of a role of shop',
    ],
  ])('%s', async (_what, state, expected) => {
    const { run, changes } = await instanceForTest(state);
    const { code, out } = await run(APP, { PASSWORD_CLERK: 'x' });
    expect([code, out]).toEqual([5, expect.stringContaining(expected)]);
    expect(out).toMatch(/^Nothing was changed.*Name another login/);
    expect(changes()).toEqual([]);
  });

  it('is the second of a pair, and names each of several', async () => {
    const { run, changes } = await instanceForTest({
      hasRowVersioning: true,
      members: [
        { role: 'db_ddladmin', member: 'clerk_clone' },
        { role: 'ordercast_app_role', member: 'boss' },
      ],
    });
    const { code, out } = await run(['--login', 'clerk=app:pair', '--login', 'boss=migrator'], {});
    expect(code).toBe(5);
    expect(out).toContain('clerk_clone is in db_ddladmin of shop');
    expect(out).toContain('boss is in ordercast_app_role of shop');
    expect(changes()).toEqual([]);
  });

  it('is asked for in a database that the login of bootstrap may not open', async () => {
    const { run, changes } = await instanceForTest({ ...there, mayOpen: false });
    const { code, out } = await run(APP, { PASSWORD_CLERK: 'x' });
    expect([code, out]).toEqual([
      5,
      expect.stringMatching(
        /the database shop is there, and this login may not open it.*Make a user/,
      ),
    ]);
    expect(changes()).toEqual([]);
  });

  it('is looked at from master, by its name and by its login, in a database of any name', async () => {
    const { run, server, sql } = await instanceForTest(member('db_owner'));
    const { code } = await run(APP, { PASSWORD_CLERK: 'x' }, undefined, 'sh]o?p');
    expect(code).toBe(5);
    expect(server.logins.map(({ database }) => database)).toEqual(['master']);
    expect(sql()).toContain('from [sh]]o?p].sys.database_role_members as rm');
    expect(sql()).toContain(
      'FROM [sh]]o?p].sys.database_principals AS p\nWHERE p.name = @p0 OR p.sid = SUSER_SID(@p1)',
    );
    const asked = server.requests.filter((request) => request.sql.includes('SUSER_SID'));
    expect(asked.map(({ values }) => values)).toEqual([['clerk', 'clerk']]);
  });

  it('but none that is what it is asked to be, with what its role gives it', async () => {
    const { run } = await instanceForTest({
      logins: new Set(['shop_migrator', 'shop_app', 'shop_reports']),
      hasRowVersioning: true,
      principals: [{ name: 'shop_app', type: 'S' }],
      members: [
        { role: 'ordercast_app_role', member: 'shop_app' },
        { role: 'ordercast_reports_role', member: 'shop_reports' },
        { role: 'ordercast_migrator_role', member: 'shop_migrator' },
        { role: 'db_ddladmin', member: 'ordercast_migrator_role' },
        { role: 'db_owner', member: 'Admin' },
      ],
    });
    expect((await run([])).code).toBe(0);
  });
});
