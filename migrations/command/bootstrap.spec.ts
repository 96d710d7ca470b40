import type { Answer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { describe, expect, it } from 'vitest';
import { PASSWORDS, instanceForTest } from '../testing/bootstrap-instance.ts';

const SESSION = { id: 57, login: 'clerk', host: 'till-3', program: 'Till' };

describe('bootstrap', () => {
  it.each(['master', 'Model', 'msdb', 'tempdb', 'rdsadmin'])(
    "refuses the server's own database %s, its script too, and asks it nothing",
    async (database) => {
      const { run, server } = await instanceForTest();
      for (const args of [[], ['--dry-run']]) {
        const { code, out } = await run(args, PASSWORDS, undefined, database);
        expect([code, out]).toEqual([
          2,
          expect.stringContaining(
            `${database} is a database of the server itself: name one of your own`,
          ),
        ]);
      }
      expect(server.requests).toEqual([]);
    },
  );

  it('names the logins after the database, sends passwords as parameters alone, and makes them before users and roles before members', async () => {
    const { run, server, sql, secrets, changes } = await instanceForTest();
    const { code, out } = await run([]);
    expect([code, out]).toEqual([0, expect.stringContaining('as shop_migrator')]);
    for (const login of ['shop_migrator (migrator)', 'shop_app (app)', 'shop_reports (reports)']) {
      expect(out).toContain(`${login}: made`);
    }
    expect(server.logins.map(({ database }) => database)).toEqual(['master', 'shop']);
    expect(secrets()).toEqual(Object.values(PASSWORDS));
    expect(sql()).not.toMatch(/Mig'+rator|App-1|Reports-1|hunter2/);
    const order = [
      'CREATE DATABASE [shop]',
      'READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT',
      'CREATE LOGIN [shop_app]',
      'CREATE ROLE ordercast_app_role',
      'DENY INSERT, UPDATE, DELETE ON dbo.migration_history TO ordercast_app_role',
      'CREATE USER [shop_app] FOR LOGIN [shop_app]',
      'ALTER ROLE ordercast_app_role ADD MEMBER [shop_app]',
    ].map((text) => changes().join('\n').indexOf(text));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it('leaves the logins of another database of the instance alone, and its own when it is run again', async () => {
    const { run, instance, secrets, sql, server } = await instanceForTest({
      logins: new Set(['ordercast_app', 'ordercast_migrator']),
    });
    expect((await run([])).code).toBe(0);
    expect(sql()).not.toContain('ordercast_app]');
    instance.hasRowVersioning = true;
    server.requests.length = 0;
    const again = await run([], {});
    expect(again.code).toBe(0);
    expect(again.out).toContain('shop_app (app): is there already and was left as it is');
    expect(again.out).toContain('--reset-passwords');
    expect(secrets()).toEqual([]);
    expect(sql()).not.toMatch(/(CREATE|ALTER) LOGIN/);
    expect(sql()).toContain('ALTER ROLE ordercast_app_role ADD MEMBER [shop_app]');
  });

  it('changes passwords of logins that are there only where it is asked to', async () => {
    const logins = new Set(['shop_app', 'shop_app_clone', 'shop_migrator', 'shop_reports']);
    const { run, secrets, sql } = await instanceForTest({ logins, hasRowVersioning: true });
    const { out } = await run(['--reset-passwords']);
    expect(out).toContain('shop_app (app): is there already; its password was changed');
    expect(secrets()).toEqual(Object.values(PASSWORDS));
    expect(sql()).toContain('ALTER LOGIN [shop_app] WITH PASSWORD');
    expect(sql()).toMatch(/ELSE\s+BEGIN\s+SET @sql = N'ALTER LOGIN/);
    const pair = await run(['--reset-passwords', '--login', 'shop_app=app:pair']);
    expect(pair.out).toContain('shop_app_clone (app): is there already and was left as it is');
    expect(sql()).not.toContain('ALTER LOGIN [shop_app_clone]');
  });

  it('names every password that it lacks before it changes anything', async () => {
    const { run, changes } = await instanceForTest({ logins: new Set(['shop_reports']) });
    const { code, out } = await run([], { MIGRATOR_PASSWORD: 'x'.repeat(129) });
    expect(code).toBe(2);
    expect(out).toMatch(/Nothing was changed.*MIGRATOR_PASSWORD, APP_PASSWORD\./);
    expect(changes()).toEqual([]);
  });

  it('makes the logins that it is told to, a pair for a rotation too, each with the rights of its role', async () => {
    const { run, secrets, sql } = await instanceForTest();
    const { code, out } = await run(
      ['--login', 'shop_app=app:pair', '--login', 'night.audit=reports'],
      { APP_PASSWORD: 'App-1', PASSWORD_NIGHT_AUDIT: 'Audit-1' },
    );
    expect(code).toBe(0);
    expect(out).toMatch(/shop_app_clone \(app\): made, with a password that nobody knows/);
    expect(secrets()).toEqual(['App-1', 'Audit-1']);
    expect(sql()).toContain('ALTER ROLE ordercast_app_role ADD MEMBER [shop_app_clone]');
    expect(sql()).toContain('ALTER ROLE ordercast_reports_role ADD MEMBER [night.audit]');
    expect(sql()).not.toContain('shop_migrator');
    expect(sql()).not.toMatch(/ADD MEMBER \[(?!shop_app|shop_app_clone|night\.audit\])/);
    expect(sql()).toContain("N'aA-' + CONVERT(nvarchar(64), CRYPT_GEN_RANDOM(32), 2)");
  });

  it.each([
    ['shop_app', /<name>=<role>/],
    ['shop_app=owner', /one of the roles migrator, app, reports, not "shop_app=owner"/],
    ['=app', /<name>=<role>/],
    ['a$(b)=app', /no \$\(/],
    ['a\nGO\nb=app', /no control characters/],
    ['CORP\\clerk=app', /account of Windows/],
    [`${'x'.repeat(126)}=app:pair`, /at most 128 characters/],
    ['ordercast_app_role=app', /made twice/],
    ['Ordercast_App_Role=app', /made twice/],
    [' shop_app=app', /no blank at its ends/],
    ['shop_app=app:pairs', /<name>=<role>:pair/],
  ])('refuses --login %j with what to write', async (login, message) => {
    const { run, server } = await instanceForTest();
    const { code, out } = await run(['--login', login]);
    expect(code).toBe(2);
    expect(out).toMatch(message);
    expect(server.logins).toEqual([]);
  });

  it('refuses two logins that would take one password from one variable', async () => {
    const { run } = await instanceForTest();
    const { out } = await run(['--login', 'night.audit=reports', '--login', 'night-audit=app']);
    expect(out).toMatch(/PASSWORD_NIGHT_AUDIT/);
  });

  it('maps users again whose login is another since a restore', async () => {
    const { run, sql } = await instanceForTest();
    await run([]);
    expect(sql()).toContain(
      `ELSE IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'shop_app' AND sid = SUSER_SID(N'shop_app'))
  ALTER USER [shop_app] WITH LOGIN = [shop_app];`,
    );
  });

  it('keeps what happened to an order from the running login, however often the table is made', async () => {
    const { run, sql } = await instanceForTest();
    await run([]);
    const right = 'DENY UPDATE, DELETE ON dbo.order_timeline TO ordercast_app_role;';
    expect(sql().split(right)).toHaveLength(3);
    expect(sql()).toContain(
      'CREATE OR ALTER TRIGGER ordercast_table_rights ON DATABASE FOR CREATE_TABLE, RENAME, ALTER_SCHEMA',
    );
    expect(sql()).toContain(
      "IF HAS_PERMS_BY_NAME(N''dbo.order_timeline'', N''OBJECT'', N''CONTROL'') = 1",
    );
  });

  it('asks for nothing that the master login of RDS may not do', async () => {
    const { run, changes } = await instanceForTest({ hasRowVersioning: false });
    await run(
      ['--login', 'shop_app=app:pair', '--login', 'shop_migrator=migrator', '--end-sessions'],
      {
        ...PASSWORDS,
      },
    );
    const sql = changes().join('\n');
    // docs/dba.md says for each of these which right it takes.
    const verbs = [
      ...sql.matchAll(
        /\b(CREATE (?:OR ALTER )?[A-Z]+|ALTER [A-Z]+|GRANT [A-Z ,]+?(?= ON| TO)|DENY [A-Z ,]+?(?= ON| TO)|EXEC(?:UTE)? [a-z]\w+|DBCC|KILL|USE)\b/g,
      ),
    ].map(([text]) => text);
    expect([...new Set(verbs)].sort()).toEqual([
      'ALTER DATABASE',
      'ALTER ROLE',
      'ALTER TABLE',
      'ALTER USER',
      'CREATE DATABASE',
      'CREATE LOGIN',
      'CREATE OR ALTER TRIGGER',
      'CREATE ROLE',
      'CREATE TABLE',
      'CREATE USER',
      'DENY INSERT, UPDATE, DELETE',
      'DENY UPDATE, DELETE',
      'GRANT CONTROL',
      'GRANT INSERT',
      'GRANT INSERT, DELETE',
      'GRANT INSERT, UPDATE',
      'GRANT SELECT',
      'GRANT SELECT, INSERT, UPDATE, DELETE',
      'GRANT VIEW DEFINITION',
    ]);
    expect(sql).not.toMatch(/SERVER|TRUSTWORTHY|AUTHORIZATION|sp_|xp_|CHECK_POLICY/);
    expect(sql.match(/ALTER DATABASE \S+ SET \w+ ON/g)).toEqual([
      'ALTER DATABASE [shop] SET READ_COMMITTED_SNAPSHOT ON',
      'ALTER DATABASE [shop] SET ALLOW_SNAPSHOT_ISOLATION ON',
    ]);
  });

  it('says what to do where the database is in an availability group, as with Multi-AZ on RDS', async () => {
    const { run } = await instanceForTest({ hasRowVersioning: false }, (sql): Answer =>
      sql.includes('READ_COMMITTED_SNAPSHOT')
        ? {
            error: {
              number: 1468,
              message: 'The operation cannot be performed on database "shop".',
            },
          }
        : {},
    );
    const { code, out } = await run([]);
    expect(code).toBe(5);
    expect(out).toMatch(/shop is in an availability group or mirrored.*Multi-AZ.*run it again/);
  });

  it('says at which part it failed, and which login it needs', async () => {
    const { run } = await instanceForTest({}, (sql): Answer =>
      sql.includes('db_ddladmin')
        ? { error: { number: 15151, message: 'Cannot alter the role.' } }
        : {},
    );
    const { code, out } = await run([]);
    expect(code).toBe(5);
    expect(out).toMatch(
      /failed at "The rights of ordercast_migrator_role": Cannot alter the role.*needs the master login/,
    );
  });
});

describe('bootstrap, where others are in the database', () => {
  it('refuses to end their sessions and lists them, before it changes anything', async () => {
    const { run, changes } = await instanceForTest({ hasRowVersioning: false, others: [SESSION] });
    const { code, out } = await run([]);
    expect(code).toBe(5);
    expect(out).toMatch(/and 1 other is\. Nothing was changed\..*--end-sessions/);
    expect(out).toContain('session 57: clerk from till-3, Till');
    expect(changes()).toEqual([]);
  });

  it('ends them where it is told to, and says whose', async () => {
    const told: string[] = [];
    const { run, sql } = await instanceForTest({ hasRowVersioning: false, others: [SESSION] });
    const { code } = await run(['--end-sessions'], PASSWORDS, (line) => told.push(line));
    expect(code).toBe(0);
    expect(sql()).toContain('READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE');
    expect(told.join('\n')).toContain('session 57: clerk from till-3, Till');
  });

  it('asks nothing where row versioning is on', async () => {
    const { run, sql } = await instanceForTest({ hasRowVersioning: true, others: [SESSION] });
    expect((await run([])).code).toBe(0);
    expect(sql()).not.toContain('dm_exec_sessions');
  });

  it('refuses also where it may not see them, or they come in between', async () => {
    const { run } = await instanceForTest({ hasRowVersioning: false }, (sql): Answer =>
      sql.includes('READ_COMMITTED_SNAPSHOT')
        ? { error: { number: 5070, message: 'Database state cannot be changed.' } }
        : {},
    );
    const { code, out } = await run([]);
    expect(code).toBe(5);
    expect(out).toMatch(/VIEW SERVER STATE.*--end-sessions/);
  });
});

describe('bootstrap --dry-run', () => {
  it('prints a script for sqlcmd in which every name is quoted and no password stands', async () => {
    const { run, server } = await instanceForTest();
    const { code, out } = await run(
      ['--dry-run', '--login', "o'app]=app"],
      { PASSWORD_O_APP_: 'App-1' },
      undefined,
      "sh]op's",
    );
    expect(code).toBe(0);
    expect(server.logins).toEqual([]);
    for (const text of [
      "USE [sh]]op's];",
      "IF DB_ID(N'sh]op''s') IS NULL",
      "CREATE USER [o'app]]] FOR LOGIN [o'app]]] WITH DEFAULT_SCHEMA = dbo",
      "DATABASE_PRINCIPAL_ID(N'o''app]') IS NULL",
      "name = N'o''app]' AND sid = SUSER_SID(N'o''app]')",
      "ALTER USER [o'app]]] WITH LOGIN = [o'app]]];",
      "ALTER ROLE ordercast_app_role ADD MEMBER [o'app]]];",
      "IF SUSER_ID(N'o''app]') IS NULL",
      "N''', DEFAULT_DATABASE = [sh]]op''s]'",
      "EXEC (N'ALTER DATABASE [sh]]op''s] SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT');",
      "EXEC (N'ALTER DATABASE [sh]]op''s] SET ALLOW_SNAPSHOT_ISOLATION ON');",
      "sys.databases WHERE name = N'sh]op''s') = 0",
      "N'CREATE LOGIN [o''app]]] WITH PASSWORD = N''' + REPLACE(@password, N'''', N'''''')",
      "DECLARE @password nvarchar(128) = N'$(PASSWORD_O_APP_)'",
      "export PASSWORD_O_APP_='...'",
      'write each single quote in a password twice',
    ]) {
      expect(out).toContain(text);
    }
    expect(out).not.toContain('App-1');
    expect(out.match(/\$\(/g)).toHaveLength(1);
    // But for names of other letters, which it then has sqlcmd read as UTF-8, no code page matters.
    expect(Buffer.byteLength(out)).toBe(out.length);
    expect(out).toContain('sqlcmd -b -I -f i:65001 -S');
  });
});
