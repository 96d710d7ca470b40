import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { runMigrate } from '../testing/run-migrate.ts';
import { bootstrapLogins } from './bootstrap-logins.ts';
import { bootstrapParts } from './bootstrap-script.ts';
import type { BootstrapPart } from './bootstrap-script.ts';

const DATABASE = 'ordercast_bootstrap_test';
const PASSWORDS = {
  MIGRATOR_PASSWORD: "Mig'rator-ü-1",
  APP_PASSWORD: "App'-$ecret-?%]-1",
  REPORTS_PASSWORD: 'Reports-$(x)-"1"',
};
const MIGRATOR = { user: `${DATABASE}_migrator`, password: PASSWORDS.MIGRATOR_PASSWORD };
const APP = { user: `${DATABASE}_app`, password: PASSWORDS.APP_PASSWORD };
const REPORTS = { user: `${DATABASE}_reports`, password: PASSWORDS.REPORTS_PASSWORD };
const CLONE = `${APP.user}_clone`;
const LOGINS = [
  ...['--login', `${MIGRATOR.user}=migrator`, '--login', `${APP.user}=app:pair`],
  ...['--login', `${REPORTS.user}=reports`],
];

/** The same server with another database and, if given, another login. */
function urlOf(database: string, login?: { user: string; password: string }): string {
  const url = new URL(SQLSERVER_URL ?? '');
  url.pathname = `/${database}`;
  if (login !== undefined) {
    url.username = encodeURIComponent(login.user);
    url.password = encodeURIComponent(login.password);
  }
  return url.href;
}

async function using<Result>(url: string, work: (db: Knex) => Promise<Result>): Promise<Result> {
  const db = openDatabase(url, { poolMax: 1 });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Runs statements and gives what the last one answered. */
function run(url: string, ...statements: readonly string[]): Promise<unknown> {
  return using(url, async (db) => {
    let rows: unknown;
    for (const sql of statements) rows = await db.raw(sql.replaceAll('?', '\\?'));
    return rows;
  });
}

const asApp = (...sql: readonly string[]) => run(urlOf(DATABASE, APP), ...sql);
const asReports = (...sql: readonly string[]) => run(urlOf(DATABASE, REPORTS), ...sql);
const onMaster = (...sql: readonly string[]) => run(urlOf('master'), ...sql);
const bootstrap = (args: readonly string[] = [], passwords: Record<string, string> = PASSWORDS) =>
  runMigrate(['bootstrap', ...LOGINS, ...args], { ...passwords, DATABASE_URL: urlOf(DATABASE) });

const versionRow = z.tuple([z.object({ version: z.string() })]);

async function isBabelfish(): Promise<boolean> {
  const rows = await onMaster('select @@version as version');
  return versionRow.parse(rows)[0].version.includes('Babelfish');
}

async function onRealServer(context: TestContext): Promise<void> {
  if (await isBabelfish()) {
    context.skip('Roles with rights, DENY and database triggers are what only SQL Server has.');
  }
}

async function clean(): Promise<void> {
  const isReal = !(await isBabelfish());
  const alone = isReal
    ? `alter database [${DATABASE}] set single_user with rollback immediate; `
    : '';
  if (!isReal) {
    const exists = await onMaster(`select 1 as one from sys.databases where name = '${DATABASE}'`);
    if (Array.isArray(exists) && exists.length > 0) {
      for (const { user } of [MIGRATOR, APP, REPORTS]) {
        await run(urlOf(DATABASE), `drop user if exists [${user}]`);
      }
    }
  }
  await onMaster(
    `if db_id('${DATABASE}') is not null exec ('${alone}drop database [${DATABASE}]')`,
    ...[MIGRATOR.user, APP.user, REPORTS.user, CLONE].map(
      (user) => `if suser_id('${user}') is not null exec ('drop login [${user}]')`,
    ),
  );
}

describe.runIf(SQLSERVER_URL !== undefined)('bootstrap on SQL Server', () => {
  let giveBack: () => Promise<void> = () => Promise.resolve();
  beforeEach(async () => {
    giveBack = await takeTurn(SQLSERVER_URL ?? '');
    await clean();
  });
  afterEach(async () => {
    await clean();
    await giveBack();
  });

  it('makes a database with row versioning and logins that may do what their role may, and nothing else', async (context) => {
    await onRealServer(context);
    for (const time of ['first', 'again']) {
      const { code, err } = await bootstrap();
      expect([time, code, err]).toEqual([time, 0, expect.any(String)]);
    }
    const asMigrator = { DATABASE_URL: urlOf(DATABASE, MIGRATOR) };
    expect((await runMigrate(['up'], asMigrator)).code).toBe(0);
    expect((await runMigrate(['verify'], asMigrator)).code).toBe(0);
    const status = await runMigrate(['status'], { DATABASE_URL: urlOf(DATABASE, APP) });
    expect(status.out).toContain('0 pending');

    expect(await asApp('select * from products')).toEqual([]);
    await asApp('delete from outbox', "update orders set note = 'x'");
    for (const forbidden of [
      'create table hand (id int)',
      'delete from knex_migrations',
      "update order_timeline set reason = 'x'",
      'delete from order_timeline',
    ]) {
      await expect(asApp(forbidden), forbidden).rejects.toThrow(/permission/i);
    }
    await asReports('select * from orders', "update reports set failure = 'x'");
    for (const forbidden of ["update orders set note = 'x'", 'delete from reports']) {
      await expect(asReports(forbidden), forbidden).rejects.toThrow(/permission/i);
    }
    const rows = await onMaster(
      `select is_read_committed_snapshot_on as rcsi, snapshot_isolation_state as snapshot from sys.databases where name = '${DATABASE}'`,
    );
    expect(rows).toEqual([{ rcsi: true, snapshot: 1 }]);
    const clone = await run(
      urlOf(DATABASE),
      `select count(*) as roles from sys.database_role_members where member_principal_id = database_principal_id('${CLONE}')`,
    );
    expect(clone).toEqual([{ roles: 1 }]);
  });

  it('keeps the timeline from the running login also where the table is made anew, or renamed', async (context) => {
    await onRealServer(context);
    await bootstrap();
    const asMigrator = (...sql: readonly string[]) => run(urlOf(DATABASE, MIGRATOR), ...sql);
    await asMigrator('create table order_timeline (id int)');
    await expect(asApp('delete from order_timeline')).rejects.toThrow(/permission/i);
    await asMigrator(
      'drop table order_timeline',
      'create table timeline_2 (id int)',
      "exec sp_rename 'dbo.timeline_2', 'order_timeline'",
    );
    await expect(asApp('delete from order_timeline')).rejects.toThrow(/permission/i);
    await asApp('insert into order_timeline values (1)');
  });

  it('keeps it also where the table is moved into the schema, which drops its rights', async (context) => {
    await onRealServer(context);
    await bootstrap();
    const asMigrator = (...sql: readonly string[]) => run(urlOf(DATABASE, MIGRATOR), ...sql);
    await run(urlOf(DATABASE), 'create schema attic');
    await asMigrator('create table order_timeline (id int)');
    await run(
      urlOf(DATABASE),
      'alter schema attic transfer dbo.order_timeline',
      'alter schema dbo transfer attic.order_timeline',
    );
    await expect(asApp('delete from order_timeline')).rejects.toThrow(/permission/i);
  });

  it('is told by verify where a column of the timeline is granted, which the DENY does not reach', async (context) => {
    await onRealServer(context);
    await bootstrap();
    const asMigrator = { DATABASE_URL: urlOf(DATABASE, MIGRATOR) };
    await runMigrate(['up'], asMigrator);
    await run(
      urlOf(DATABASE),
      'grant update (reason) on dbo.order_timeline to ordercast_app_role',
      `grant update (reason) on dbo.order_timeline to [${REPORTS.user}]`,
    );
    await asApp("update order_timeline set reason = 'x'");
    const { code, out } = await runMigrate(['verify'], asMigrator);
    expect(code).toBe(3);
    const remedies = out.split('\n').flatMap((line) => line.split(' → ')[1] ?? []);
    expect(remedies).toHaveLength(2);
    await run(urlOf(DATABASE), ...remedies);
    expect((await runMigrate(['verify'], asMigrator)).code).toBe(0);
    await expect(asApp("update order_timeline set reason = 'x'")).rejects.toThrow(/permission/i);
  });

  it('is missed by verify: the trigger, what it keeps the programs from, and who is in its roles', async (context) => {
    await onRealServer(context);
    await bootstrap();
    const asMigrator = { DATABASE_URL: urlOf(DATABASE, MIGRATOR) };
    await runMigrate(['up'], asMigrator);
    await run(
      urlOf(DATABASE),
      'disable trigger ordercast_table_rights on database',
      'revoke update, delete on dbo.order_timeline from ordercast_app_role',
      `alter role db_owner add member [${REPORTS.user}]`,
    );
    const { code, out } = await runMigrate(['verify'], asMigrator);
    expect(code).toBe(3);
    const remedies = out.split('\n').flatMap((line) => line.split(' → ')[1] ?? []);
    expect(remedies).toEqual([
      'DENY UPDATE, DELETE ON dbo.order_timeline TO ordercast_app_role;',
      'ENABLE TRIGGER ordercast_table_rights ON DATABASE;',
      `ALTER ROLE db_owner DROP MEMBER [${REPORTS.user}];`,
    ]);
    await run(urlOf(DATABASE), ...remedies);
    expect((await runMigrate(['verify'], asMigrator)).code).toBe(0);
  });

  it('leaves passwords as they are unless it is told to change them, and maps users again', async (context) => {
    await onRealServer(context);
    await bootstrap();
    const others = { ...PASSWORDS, APP_PASSWORD: 'Other-app-2' };
    expect((await bootstrap([], others)).out).toContain('was left as it is');
    expect(await asApp('select 1 as one')).toEqual([{ one: 1 }]);
    expect((await bootstrap(['--reset-passwords'], others)).code).toBe(0);
    await expect(asApp('select 1 as one')).rejects.toThrow(/Login failed/);
    await onMaster(`drop login [${APP.user}]`);
    expect((await bootstrap()).code).toBe(0);
    expect(await asApp('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses a login that has the rights of another role, or of the server, before it changes anything', async (context) => {
    await onRealServer(context);
    await bootstrap();
    const DATABASE_URL = urlOf(DATABASE);
    const asReport = ['bootstrap', '--login', `${APP.user}=reports`];
    const other = await runMigrate(asReport, { DATABASE_URL });
    expect([other.code, other.err]).toEqual([
      5,
      expect.stringContaining(`${APP.user} is in ordercast_app_role of ${DATABASE} already`),
    ]);
    await onMaster(`alter server role securityadmin add member [${REPORTS.user}]`);
    const mighty = await bootstrap();
    expect([mighty.code, mighty.err]).toEqual([5, expect.stringContaining('role securityadmin')]);
    await onMaster(`alter server role securityadmin drop member [${REPORTS.user}]`);
    expect((await bootstrap()).code).toBe(0);
  });

  it('ends sessions only where it is told to', async (context) => {
    await onRealServer(context);
    await bootstrap();
    await onMaster(
      `alter database [${DATABASE}] set read_committed_snapshot off with rollback immediate`,
    );
    await using(urlOf(DATABASE, APP), async (db) => {
      await db.raw('select 1');
      const refused = await bootstrap();
      expect(refused.code).toBe(5);
      expect(refused.err).toContain(APP.user);
      expect(await db.raw('select 1 as one')).toEqual([{ one: 1 }]);
      expect((await bootstrap(['--end-sessions'])).code).toBe(0);
    });
  });

  it('has parts that may each be run again, and takes any password as it is', async () => {
    await runParts(await knownParts());
    await runParts(await knownParts(), '-again');
    for (const login of [MIGRATOR, APP, REPORTS]) {
      expect(await run(urlOf(DATABASE, login), 'select 1 as one')).toEqual([{ one: 1 }]);
    }
  });

  it('maps a user to the login of its name that is another since', async () => {
    const all = await knownParts();
    const parts = all.filter(({ title }) => /The database|_app$|_app_role$/.test(title));
    await runParts(parts);
    await onMaster(`drop login [${APP.user}]`);
    await runParts(parts);
    expect(await asApp('select 1 as one')).toEqual([{ one: 1 }]);
  });
});

/** Babelfish can grant nothing on a whole database, denies nothing, and has no triggers on one. */
async function knownParts(): Promise<BootstrapPart[]> {
  const parts = bootstrapParts({
    database: DATABASE,
    logins: bootstrapLogins(DATABASE, []),
    resetPasswords: false,
    endSessions: false,
  });
  return (await isBabelfish())
    ? parts.filter(({ title }) => !/^(The r|R)ights /.test(title))
    : parts;
}

/** As `bootstrap` does, whatever is there already. */
async function runParts(parts: readonly BootstrapPart[], suffix = ''): Promise<void> {
  const secrets = new Map(Object.entries(PASSWORDS));
  for (const where of ['master', 'database']) {
    await using(urlOf(where === 'master' ? 'master' : DATABASE), async (db) => {
      for (const { title, sql, login } of parts.filter((part) => part.in === where)) {
        const raw = sql.replaceAll('?', '\\?');
        const password = `${secrets.get(login?.passwordVariable ?? '') ?? ''}${suffix}`;
        const done =
          login === undefined ? db.raw(raw) : db.raw(raw.replace('@p0', '?'), [password]);
        await expect(done, `${title}${suffix}`).resolves.toBeDefined();
      }
    });
  }
}
