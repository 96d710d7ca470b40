import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Answer, TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStepFolder, statements } from './testing/step-files.ts';
import type { StepFolder } from './testing/step-files.ts';
import { runMigrate, startMigrate } from './testing/run-migrate.ts';
import type { MigrateResult } from './testing/run-migrate.ts';
import { forget } from './testing/forget.ts';
import { undo } from './testing/undo.ts';

const TLS_FOLDER = join(import.meta.dirname, '../platform/testing/tls');
const VERSIONS = join(import.meta.dirname, 'versions');

let folder: string;
let url: string;
let steps: StepFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-migrate-'));
  url = `sqlite:${join(folder, 'shop.db')}`;
  steps = await openStepFolder();
  await steps.write(1, 'orders', {
    up: statements(
      'CREATE TABLE orders (id integer NOT NULL, note varchar(4000) NULL, CONSTRAINT pk_orders PRIMARY KEY (id))',
    ),
    down: statements('DROP TABLE orders'),
  });
  await steps.write(2, 'people', {
    up: statements(
      'CREATE TABLE people (id integer NOT NULL, CONSTRAINT pk_people PRIMARY KEY (id))',
    ),
    down: statements('DROP TABLE people'),
  });
});
afterEach(async () => {
  await steps.remove();
  await rm(folder, { recursive: true });
});

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** Runs a command on the test's own steps and database. */
function migrate(...args: readonly string[]): Promise<MigrateResult> {
  return runMigrate([...args, '--directory', steps.path], { DATABASE_URL: url });
}

async function onDatabase<Result>(work: (db: Knex) => Promise<Result>): Promise<Result> {
  const db = openDatabase(url);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** An empty file, since only `up` and `baseline` make one. */
const makeDatabase = () => onDatabase((db) => db.raw('select 1'));

const stepsSchema = z.object({
  steps: z.array(z.object({ name: z.string(), status: z.string() })),
});

async function statuses(): Promise<string[]> {
  const { out } = await migrate('status', '--json');
  return stepsSchema.parse(JSON.parse(out)).steps.map(({ status }) => status);
}

describe('a refusal in JSON', () => {
  it.each([
    ['up', ['up', '--frob']],
    ['verify', ['verify', '--lock-timeout', '-1']],
    [null, ['frobnicate']],
  ])('names its command first: %s', async (command, args) => {
    const { code, out } = await migrate(...args, '--json');
    expect(code).toBe(2);
    const answer: unknown = JSON.parse(out);
    expect(answer).toEqual({ command, error: matching(/See: npm run migrate -- --help$/) });
  });
});

describe('npm run migrate', () => {
  it("takes the project's own steps up, down to nothing and up again, with a history", async () => {
    const env = { DATABASE_URL: url };
    const count = (await readdir(VERSIONS)).length;
    await makeDatabase();
    expect((await runMigrate(['status'], env)).out).toContain(`${count} pending of ${count}`);
    expect((await runMigrate(['up'], env)).code).toBe(0);
    expect((await runMigrate(['up'], env)).out).toContain('Nothing is pending');
    expect(await runMigrate(['verify'], env)).toMatchObject({
      code: 0,
      out: containing('Sound'),
    });
    const run = (...args: readonly string[]) => runMigrate(args, env);
    expect((await undo(run, '--to', '0')).out).toContain(`Undone ${count}`);
    expect((await runMigrate(['up'], env)).out).toContain(`Applied ${count}`);
    const rows = await onDatabase((db) => db('migration_history').select());
    expect(rows).toHaveLength(3 * count);
    expect(rows[0]).toMatchObject({
      direction: 'up',
      outcome: 'done',
      checksum: matching(/^[0-9a-f]{64}$/),
      done_by: matching(/./),
    });
  });

  it('goes to a step and back to it', async () => {
    expect((await migrate('up', '--to', '20300101000000')).out).toContain('Applied 1');
    expect(await statuses()).toEqual(['applied', 'pending']);
    await migrate('up');
    expect((await undo(migrate)).out).toContain('Undone 1: 20300102000000_people.ts');
    for (const to of ['20300101000000_orders.ts', '20300101000000_orders']) {
      await migrate('up');
      expect((await undo(migrate, '--to', to)).out).toContain('Undone 1');
    }
    expect(await statuses()).toEqual(['applied', 'pending']);
  });

  it('adds to a history of before what it keeps now, and goes on', async () => {
    await migrate('up', '--to', '20300101000000');
    await onDatabase(async (db) => {
      for (const column of ['statements', 'statements_checksum']) {
        await db.raw('alter table migration_history drop column ??', [column]);
      }
    });
    expect(await statuses()).toEqual(['changed', 'pending']);
    expect((await migrate('repair')).code).toBe(0);
    expect((await migrate('up')).out).toContain('Applied 1');
    const rows = await onDatabase((db) => db('migration_history').orderBy('id').select());
    expect(rows.at(-1)).toMatchObject({
      checksum: matching(/^[0-9a-f]{64}$/),
      statements_checksum: matching(/^[0-9a-f]{64}$/),
      statements: containing('CREATE TABLE dbo.people'),
    });
    expect((await migrate('verify')).code).toBe(0);
  });

  it('notes a new name, and forgets a step whose file is gone', async () => {
    await migrate('up');
    await rename(
      join(steps.path, '20300102000000_people.ts'),
      join(steps.path, '20300102000000_persons.ts'),
    );
    expect((await migrate('repair')).out).toContain('20300102000000_persons.ts (was');
    expect((await migrate('verify')).code).toBe(0);
    await rm(join(steps.path, '20300101000000_orders.ts'));
    expect(await statuses()).toEqual(['deleted', 'applied']);
    expect(await migrate('repair', '--forget', '20300101000000')).toMatchObject({
      code: 5,
      err: matching(/nobody is at a terminal.*"repair --forget 20300101000000 --dry-run"/),
    });
    expect((await forget(migrate, '20300101000000')).out).toContain('20300101000000_orders.ts');
    expect(await statuses()).toEqual(['applied']);
    expect((await migrate('verify')).out).toContain('orders: table orders is there and should not');
  });

  it('applies only what was approved', async () => {
    await makeDatabase();
    const planned = z
      .object({ approval: z.string() })
      .parse(JSON.parse((await migrate('plan', '--json')).out));
    const other = await migrate('up', '--approved', '0'.repeat(64));
    expect(other).toMatchObject({ code: 5, err: containing(planned.approval) });
    expect(await statuses()).toEqual(['pending', 'pending']);
    await steps.write(3, 'late', { up: '', down: '' });
    expect((await migrate('up', '--approved', planned.approval)).code).toBe(5);
    expect(
      (await migrate('up', '--to', '20300102000000', '--approved', planned.approval)).code,
    ).toBe(0);
  });

  it('reports an edited step, refuses to go on, and accepts it knowingly', async () => {
    await migrate('up');
    await steps.write(1, 'orders', {
      up: statements(
        'CREATE TABLE orders (id integer NOT NULL, note varchar(4000) NULL, CONSTRAINT pk_orders PRIMARY KEY (id))',
      ),
      down: statements('DROP TABLE orders'),
      more: '// edited',
    });
    await steps.write(3, 'more', { up: statements('CREATE TABLE more (id integer)'), down: '' });
    expect(await migrate('verify')).toMatchObject({
      code: 3,
      out: containing('20300101000000_orders.ts: was edited after it had been applied'),
    });
    expect(await migrate('up')).toMatchObject({
      code: 5,
      err: containing('"repair"'),
    });
    expect(await statuses()).toEqual(['changed', 'applied', 'pending']);
    expect((await migrate('repair')).out).toContain('20300101000000_orders.ts');
    expect((await migrate('up')).code).toBe(0);
    expect((await migrate('verify')).code).toBe(0);
  });

  it('reports a schema that was changed by hand, with the exact difference', async () => {
    await migrate('up');
    await onDatabase((db) => db.raw('alter table orders add column hand integer'));
    const { code, out } = await migrate('verify', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      sound: false,
      differences: [
        { kind: 'unexpected', description: 'orders.hand: int null is there and should not be' },
      ],
    });
  });

  it('takes a database that others made into its history, where it is as it should be', async () => {
    await onDatabase((db) =>
      db.raw(
        'create table orders (id integer not null, note varchar(4000), constraint pk_orders primary key (id))',
      ),
    );
    expect(await migrate('baseline', '--to', '20300102000000')).toMatchObject({
      code: 3,
      err: containing('people: is missing'),
    });
    expect((await migrate('baseline', '--to', '20300101000000')).out).toContain('orders.ts');
    expect(await statuses()).toEqual(['applied', 'pending']);
    expect((await migrate('up')).out).toContain('Applied 1: 20300102000000_people.ts');
    expect((await migrate('verify')).code).toBe(0);
  });

  it('tells of steps that knex applied itself, and notes them on request', async () => {
    await onDatabase((db) => db.migrate.latest({ directory: steps.path, loadExtensions: ['.ts'] }));
    expect(await statuses()).toEqual(['unrecorded', 'unrecorded']);
    const found = await migrate('verify');
    expect([found.code, found.out]).toEqual([
      3,
      containing('the history does not tell what it was then'),
    ]);
    const { out } = await migrate('repair');
    expect(out).toContain(
      'Noted as they stand here now, since nobody knows what they were when applied: 2',
    );
    expect(out).not.toContain('Accepted');
    expect(await statuses()).toEqual(['applied', 'applied']);
    expect((await migrate('verify')).code).toBe(0);
  });

  it('leaves nothing of a step that fails, runs no later one, and goes on once it is put right', async () => {
    await steps.write(3, 'bad', {
      up: statements('CREATE TABLE half (id integer)', 'CREATE TABLE orders (id integer)'),
      down: '',
    });
    await steps.write(4, 'later', { up: statements('CREATE TABLE later (id integer)'), down: '' });
    const failed = await migrate('up');
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(
      /20300103000000_bad\.ts \(up\) failed: .*already exists.*run "up" again/,
    );
    expect(await statuses()).toEqual(['applied', 'applied', 'failed', 'pending']);
    expect(await onDatabase((db) => db.schema.hasTable('half'))).toBe(false);
    await steps.write(3, 'bad', { up: statements('CREATE TABLE half (id integer)'), down: '' });
    expect((await migrate('up')).out).toContain('Applied 2');
  });

  it('may be started twice at once: nothing is done twice, and nothing is harmed', async () => {
    // However busy this machine is, each lets the others go on.
    const up = () => migrate('up', '--lock-timeout', '600');
    const results = await Promise.all([up(), up(), up()]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await onDatabase((db) => db('knex_migrations').pluck('name'))).toHaveLength(2);
  });

  it('killed in the middle of a step leaves no lock, and the next one finishes the work', async () => {
    const gate = join(folder, 'inside');
    await steps.write(3, 'slow', {
      up: `await knex.schema.raw('CREATE TABLE slow (id integer)');
           // What a step would do is recorded first; only then it runs.
           if (process.env.GATE && knex.client.items === undefined) {
             (await import('node:fs')).writeFileSync(process.env.GATE, '');
             await new Promise(() => setInterval(() => undefined, 2 ** 30));
           }`,
      down: statements('DROP TABLE slow'),
    });
    const killed = startMigrate(['up', '--directory', steps.path], {
      DATABASE_URL: url,
      GATE: gate,
    });
    await expect.poll(() => readdir(folder)).toContain('inside');
    killed.child.kill('SIGKILL');
    await killed.result;
    expect(await statuses()).toEqual(['applied', 'applied', 'interrupted']);
    expect((await migrate('up')).out).toContain('Applied 1: 20300103000000_slow.ts');
    expect((await migrate('verify')).code).toBe(0);
  });

  it("frees knex's own lock where that has stuck", async () => {
    await migrate('up');
    await onDatabase((db) => db('knex_migrations_lock').update({ is_locked: 1 }));
    expect((await migrate('unlock')).out).toContain('had stuck');
    expect((await migrate('unlock')).out).toContain('is free');
  });

  it('begins a new step, and refuses to write over one', async () => {
    const { out } = await migrate('new', 'Orders by region!');
    expect(out).toMatch(/\d{14}_orders_by_region\.ts is there/);
    expect((await readdir(steps.path)).filter((file) => file.includes('by_region'))).toHaveLength(
      1,
    );
    expect((await migrate('new')).code).toBe(2);
  });

  it('needs no database to plan and to lint', async () => {
    const plan = await runMigrate(['plan', '--directory', steps.path], {});
    expect(plan.code).toBe(0);
    expect(plan.out).toContain('CREATE TABLE dbo.people');
    expect(plan.out.split('\n').filter((line) => line === 'GO').length).toBeGreaterThan(6);
    const file = join(folder, 'plan.sql');
    await runMigrate(['plan', '--directory', steps.path, '--output', file], {});
    expect(await readFile(file, 'utf8')).toBe(plan.out);
    expect((await runMigrate(['lint'], {})).out).toContain('no danger');
    await steps.write(3, 'danger', { up: statements('DROP TABLE orders') });
    expect(await runMigrate(['lint', '--directory', steps.path], {})).toMatchObject({
      code: 4,
      out: containing('DANGER drop-table'),
    });
  });

  it.each([
    [['frobnicate'], /There is no command "frobnicate"/],
    [['up', '--frob'], /--frob/],
    [['up', '--to', 'yesterday'], /--to yesterday is none of the steps/],
    [['up', '--to', ''], /--to is empty\. Give the 14 digits or the name/],
    [['up', '--approved', 'yes'], /64 hexadecimal digits/],
    [['up', '--lock-timeout', 'long'], /number of seconds/],
    [['baseline'], /needs --to/],
  ])('says what to write instead of %j', async (args, message) => {
    const { code, err } = await migrate(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('says what to set where no database is named, and prints its help', async () => {
    const none = await runMigrate(['status'], {});
    expect(await runMigrate(['bootstrap'], { DATABASE_URL: url })).toMatchObject({
      code: 2,
      err: containing('bootstrap is for SQL Server'),
    });
    expect(none).toMatchObject({ code: 2, err: containing('DATABASE_URL') });
    expect((await runMigrate(['--help'], {})).out).toContain('bootstrap');
    const bare = await runMigrate([], {});
    expect(bare).toMatchObject({
      code: 2,
      out: '',
      err: matching(/bootstrap[^]*Name a command: .*\n$/),
    });
  });

  it('refuses a database of a newer version', async () => {
    await migrate('up');
    await onDatabase((db) =>
      db('knex_migrations').insert({ name: '29990101000000_future.ts', batch: 9 }),
    );
    for (const command of ['up', 'down --to 0', 'verify', 'repair']) {
      const { code, err } = await migrate(...command.split(' '));
      expect([command, code, err]).toEqual([command, 5, containing('newer version')]);
    }
    expect((await migrate('status')).out).toContain('unknown');
  });
});

describe('npm run migrate -- bootstrap', () => {
  it('takes the passwords of the logins from the environment, and shows none', async () => {
    const server = await startTdsServer();
    const passwords = {
      MIGRATOR_PASSWORD: "Mig'rator-1",
      APP_PASSWORD: 'App-1',
      REPORTS_PASSWORD: 'Reports-1',
    };
    const { code, out, err } = await runMigrate(['bootstrap'], {
      ...passwords,
      DATABASE_URL: `mssql://sa:hunter2@127.0.0.1:${server.port}/shop?encrypt=false`,
    });
    expect(code).toBe(0);
    expect(out).toContain('as shop_migrator');
    const given = Object.values(passwords);
    expect(server.requests.flatMap(({ values }) => values)).toEqual(expect.arrayContaining(given));
    expect(out + err).not.toMatch(/Mig'rator-1|App-1|Reports-1|hunter2/);
    await server.close();
  });
});

describe('npm run migrate, where the database cannot do it', () => {
  const ONE_LINE = /^.*→.*$/;
  /** Before it stand what went on, and a warning of plain text. */
  const lastLine = ({ err }: Pick<MigrateResult, 'err'>) => err.trimEnd().split('\n').at(-1) ?? '';
  let server: TdsServer | undefined;
  afterEach(() => server?.close());

  async function onServer(
    args: readonly string[],
    script: (sql: string) => Answer,
    options = 'encrypt=false',
  ): Promise<MigrateResult> {
    server = await startTdsServer({ answer: ({ sql }) => script(sql) });
    return runMigrate([...args, '--directory', steps.path, '--lock-timeout', '0.1'], {
      DATABASE_URL: `mssql://dba:hunter2@127.0.0.1:${server.port}/shop?${options}`,
    });
  }

  /** A server on which nothing is applied yet and a step fails. */
  const failing =
    (number: number) =>
    (sql: string): Answer => {
      if (sql.startsWith('select object_id')) return { rows: [{ id: null }] };
      return sql.includes('in one transaction') || sql.includes('CREATE TABLE dbo.orders')
        ? { error: { number, message: `Error ${number} of the server.` } }
        : {};
    };

  it.each([
    ['no room', 1105, 1, /no room/],
    ['a full log', 9002, 1, /no room/],
    ['a missing right', 262, 5, /lacks a right/],
    ['a lock that is never free', 1222, 6, /--lock-timeout/],
    ['a read-only database', 3906, 5, /read-only/],
  ])('ends with one clear line for %s', async (_what, number, code, message) => {
    const result = await onServer(['up'], failing(number));
    expect(result.code).toBe(code);
    const line = lastLine(result);
    expect(line).toMatch(ONE_LINE);
    expect(line).toMatch(message);
    expect(line).toContain(`SQL Server error ${number}`);
    expect(result.err).not.toContain('hunter2');
    const sent = server?.requests.map(({ sql }) => sql).join('\n') ?? '';
    expect(sent).not.toContain('CREATE TABLE dbo.people');
    expect(sent).toContain('sp_releaseapplock');
  });

  it('waits for another migration no longer than it may, and then leaves', async () => {
    const result = await onServer(['up'], (sql) => {
      if (sql.startsWith('select object_id')) return { rows: [{ id: null }] };
      if (sql.includes('sp_getapplock')) {
        return { error: { number: 50_000, message: 'Somebody else is migrating this database' } };
      }
      return {};
    });
    expect(result.code).toBe(6);
    expect(result.err).toMatch(/is migrating this database now\. Nothing was changed/);
  });

  it('ends with one clear line where it cannot connect', async () => {
    const attempt = (target: string) => runMigrate(['status'], { DATABASE_URL: target });
    server = await startTdsServer({
      login: ({ database }) =>
        database === 'shop'
          ? { number: 18456, message: "Login failed for user 'dba'." }
          : { number: 4060, message: 'Cannot open database "x".' },
    });
    const [key, cert] = ['server.key', 'server.pem'].map((file) =>
      readFileSync(join(TLS_FOLDER, file), 'utf8'),
    );
    const safe = await startTdsServer({ tls: { key: key ?? '', cert: cert ?? '' } });
    const at = `mssql://dba:hunter2@127.0.0.1:${server.port}`;
    const cases: [string, RegExp][] = [
      [`${at}/shop?encrypt=false`, /Login failed.*check user and password/],
      [`${at}/other?encrypt=false`, /does not exist.*bootstrap/],
      [`${at}/shop`, /offers no encryption/],
      [`${at}/shop?encrypt=strict`, /speaks no TDS 8\.0/],
      ['mssql://dba:hunter2@127.0.0.1\\SHOP/shop?connectTimeoutMs=200', /SQL Server Browser/],
      [
        `mssql://dba:hunter2@localhost:${safe.port}/shop`,
        /certificate of the server is not trusted.*ca=/,
      ],
      ['mssql://dba:hunter2@127.0.0.1:1/shop', /cannot be reached/],
      ['mssql://dba:hunter2@nowhere.invalid/shop', /cannot be reached/],
      [`sqlite:${folder}`, /cannot be opened: check the path, that it is a file and no folder/],
    ];
    for (const [target, message] of cases) {
      const { code, err } = await attempt(target);
      expect([target, code]).toEqual([target, 7]);
      expect(err).toMatch(message);
      expect(lastLine({ err })).toMatch(ONE_LINE);
      expect(err).not.toContain('hunter2');
    }
    await safe.close();
  });

  it('says that a file is no database, or may not be written', async () => {
    await writeFile(join(folder, 'shop.db'), 'this is no database '.repeat(100));
    expect(await migrate('up')).toMatchObject({
      code: 7,
      err: containing('no SQLite database'),
    });
    await rm(join(folder, 'shop.db'));
    await migrate('up', '--to', '20300101000000');
    await chmod(join(folder, 'shop.db'), 0o400);
    if (process.getuid?.() === 0) return;
    expect(await migrate('up')).toMatchObject({
      code: 5,
      err: containing('read-only'),
    });
  });
});
