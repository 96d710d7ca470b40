import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@ordercast/platform/database.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HISTORY_TABLE } from './history/history-tables.ts';
import { MIGRATION_SETTINGS } from './migrate.ts';
import { compareSchemas, describeDifference } from './schema/compare-schemas.ts';
import { readSqlServerSchema } from './schema/read-sql-server-schema.ts';
import type { SchemaModel } from './schema/schema-model.ts';
import { TABLES, fillEveryTable } from './testing/fill-every-table.ts';
import { emptyServer } from './testing/empty-server.ts';
import { LIVE_URL, liveServer } from './testing/live-server.ts';
import { runMigrate, startMigrate } from './testing/run-migrate.ts';
import type { MigrateResult } from './testing/run-migrate.ts';
import { openScriptSession } from './testing/script-session.ts';
import { statements } from './testing/step-files.ts';
import { undo } from './testing/undo.ts';

const env = { DATABASE_URL: LIVE_URL };

const live = liveServer();
const migrate = (...args: readonly string[]): Promise<MigrateResult> =>
  runMigrate([...args, '--directory', live.steps.path], env);

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const statusSchema = z.object({
  steps: z.array(z.object({ status: z.string(), itemsDone: z.number() })),
});
async function statuses(): Promise<{ status: string; itemsDone: number }[]> {
  return statusSchema.parse(JSON.parse((await migrate('status', '--json')).out)).steps;
}
const statusNames = async () => (await statuses()).map(({ status }) => status);

function differences(expected: SchemaModel, actual: SchemaModel): string[] {
  return compareSchemas(expected, actual).differences.map(describeDifference);
}

/** As a DBA does in a window of their own; the errors. */
async function runByHand(script: string): Promise<string[]> {
  const session = await openScriptSession(LIVE_URL);
  try {
    return await session.run(script);
  } finally {
    await session.close();
  }
}

describe.runIf(LIVE_URL !== '')('on SQL Server', () => {
  it('the steps go up, down to nothing, and up again, with rows in every table', async () => {
    expect((await runMigrate(['up'], env)).code).toBe(0);
    await fillEveryTable(live.db);
    expect((await runMigrate(['up'], env)).out).toContain('Nothing is pending');
    for (const table of TABLES)
      expect([table, await live.db(table).select()]).toEqual([table, [expect.anything()]]);
    const first = await readSqlServerSchema(live.db);
    const run = (...args: readonly string[]) => runMigrate(args, env);
    expect((await undo(run, '--to', '0')).code).toBe(0);
    expect([...(await readSqlServerSchema(live.db)).tables.keys()].sort()).toEqual([
      'knex_migrations',
      'knex_migrations_lock',
      'migration_history',
    ]);
    expect((await runMigrate(['up'], env)).code).toBe(0);
    await fillEveryTable(live.db);
    expect(differences(first, await readSqlServerSchema(live.db))).toEqual([]);
    expect(first.tables.size).toBe(TABLES.length + 3);
  });

  it('a plan run by hand leaves what up leaves, and run again changes nothing', async () => {
    const { out: script } = await runMigrate(['plan'], {});
    await runMigrate(['up'], env);
    const byUp = await readSqlServerSchema(live.db);
    await emptyServer(live.db);
    expect(await runByHand(script)).toEqual([]);
    expect(differences(byUp, await readSqlServerSchema(live.db))).toEqual([]);
    expect((await runMigrate(['up'], env)).out).toContain('Nothing is pending');
    const history = await live.db(HISTORY_TABLE).select();
    expect(await runByHand(script)).toEqual([]);
    expect(await live.db(HISTORY_TABLE).select()).toEqual(history);
    expect(differences(byUp, await readSqlServerSchema(live.db))).toEqual([]);
    expect(history).toHaveLength((await readdir(MIGRATION_SETTINGS.directory)).length);
    expect(history[0]).toMatchObject({ outcome: 'done', done_by: matching(/./) });
  });

  it("knex's own command line gives the same schema, and the tool takes it over", async () => {
    await runMigrate(['up'], env);
    const byUp = await readSqlServerSchema(live.db);
    await emptyServer(live.db);
    const root = join(import.meta.dirname, '..');
    const knexCli = join(root, 'node_modules/knex/bin/cli.js');
    await promisify(execFile)(process.execPath, [knexCli, 'migrate:latest'], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    const ofSchema = ({ tables }: SchemaModel): SchemaModel => ({
      tables: new Map([...tables].filter(([name]) => TABLES.includes(name))),
      modules: new Map(),
    });
    expect(differences(ofSchema(byUp), ofSchema(await readSqlServerSchema(live.db)))).toEqual([]);
    expect((await runMigrate(['up'], env)).out).toContain('Nothing is pending');
    const { out } = await runMigrate(['repair'], env);
    expect(out).toContain('Noted as they stand here now');
    expect((await runMigrate(['status'], env)).out).not.toContain('changed');
  });

  it('a plan that fails in the middle runs no later step and enters none', async () => {
    await live.steps.write(1, 'a', {
      up: statements('CREATE TABLE a (id int NOT NULL)'),
      down: '',
    });
    await live.steps.write(2, 'bad', {
      up: statements('CREATE TABLE half (id int NOT NULL)', 'CREATE TABLE a (id int NOT NULL)'),
      down: '',
    });
    await live.steps.write(3, 'later', {
      up: statements('CREATE TABLE later (id int NOT NULL)'),
      down: '',
    });
    const { out: script } = await runMigrate(['plan', '--directory', live.steps.path], {});
    const errors = await runByHand(script);
    expect(errors.join('\n')).toMatch(
      /later\.ts was not run: 20300102000000_bad\.ts must be applied first/,
    );
    expect([...(await readSqlServerSchema(live.db)).tables.keys()]).toContain('a');
    expect([...(await readSqlServerSchema(live.db)).tables.keys()]).not.toContain('half');
    expect([...(await readSqlServerSchema(live.db)).tables.keys()]).not.toContain('later');
    expect(await live.db('knex_migrations').pluck('name')).toEqual(['20300101000000_a.ts']);
    expect(await statusNames()).toEqual(['applied', 'failed', 'pending']);
    expect(await migrate('up')).toMatchObject({
      code: 1,
      err: containing('bad.ts (up) failed'),
    });
  });

  it('two at once: one waits or leaves with a clear message, and none is harmed', async () => {
    await live.steps.write(1, 'a', {
      up: statements('CREATE TABLE a (id int NOT NULL)'),
      down: '',
    });
    const both = await Promise.all([
      migrate('up', '--lock-timeout', '60'),
      migrate('up', '--lock-timeout', '60'),
    ]);
    expect(both.map(({ code, err }) => [code, err.includes('failed')])).toEqual([
      [0, false],
      [0, false],
    ]);
    expect(await live.db('knex_migrations').pluck('name')).toEqual(['20300101000000_a.ts']);

    await live.steps.write(2, 'b', {
      up: statements('CREATE TABLE b (id int NOT NULL)'),
      down: '',
    });
    const other = openDatabase(LIVE_URL, { poolMax: 1 });
    await other.raw(
      "exec sp_getapplock @Resource = 'ordercast-migrations', @LockMode = 'Exclusive', @LockOwner = 'Session'",
    );
    expect(await migrate('up', '--lock-timeout', '0.2')).toMatchObject({
      code: 6,
      err: matching(/is migrating this database now\. Nothing was changed/),
    });
    expect(await migrate('unlock')).toMatchObject({ code: 6, out: containing('is held') });
    await other.destroy();
    expect((await migrate('up', '--lock-timeout', '30')).code).toBe(0);
    expect(await migrate('unlock')).toMatchObject({ code: 0, out: containing('Nobody holds') });
  });

  it('a backfill that is killed goes on where it was: every row is changed once', async () => {
    await live.db.raw(
      'create table items (id int not null constraint pk_items primary key, n int not null)',
    );
    const rows = Array.from({ length: 3_000 }, (_unused, index) => ({ id: index * 3, n: 0 }));
    for (let start = 0; start < rows.length; start += 500) {
      await live.db('items').insert(rows.slice(start, start + 500));
    }
    await live.steps.write(1, 'count', {
      up: `await knex.schema.raw('CREATE TABLE before_it (id int NOT NULL)');
           await backfill(knex, { table: 'items', key: 'id', keyType: 'int', set: 'n = n + 1', where: 'id >= 30', batch: 5 });
           await knex.schema.raw('CREATE TABLE after_it (id int NOT NULL)');`,
      down: '',
      more: 'export const config = { transaction: false };',
    });
    for (const wait of [1, 2]) {
      const running = startMigrate(
        ['up', '--directory', live.steps.path, '--lock-timeout', '60'],
        env,
      );
      const changed = async () => {
        const [row] = await live.db('items').where('n', 1).count({ count: '*' });
        return Number(row?.count);
      };
      await expect.poll(changed, { timeout: 60_000, interval: 20 }).toBeGreaterThan(wait * 100);
      running.child.kill('SIGKILL');
      await running.result;
      expect(await statuses()).toEqual([{ status: 'half-applied', itemsDone: 1 }]);
    }
    const finished = await migrate('up', '--lock-timeout', '60');
    expect(finished).toMatchObject({ code: 0, out: containing('Applied 1') });
    expect(await live.db('items').where('id', '<', 30).pluck('n')).toEqual(Array(10).fill(0));
    expect(await live.db('items').where('id', '>=', 30).whereNot('n', 1).select()).toEqual([]);
  });

  it('a backfill whose keyType cuts the key says so instead of going round for ever', async () => {
    await live.db.raw(
      'create table items (id varchar(9) not null constraint pk_items primary key, n int not null)',
    );
    await live.db('items').insert({ id: 'abcdefghi', n: 0 });
    await live.steps.write(1, 'count', {
      up: "await backfill(knex, { table: 'items', key: 'id', keyType: 'varchar(3)', set: 'n = n + 1', batch: 7 });",
      down: '',
      more: 'export const config = { transaction: false };',
    });
    expect(await migrate('up')).toMatchObject({
      code: 1,
      err: containing('is varchar(3) the type of id? Correct its keyType'),
    });
    expect(await live.db('items').pluck('n')).toEqual([0]);
  });

  it('a backfill in a plan that is run by hand does the same', async () => {
    await live.db.raw(
      'create table items (id int not null constraint pk_items primary key, n int not null)',
    );
    await live.db('items').insert(Array.from({ length: 100 }, (_unused, id) => ({ id, n: 0 })));
    await live.steps.write(1, 'count', {
      up: "await backfill(knex, { table: 'items', key: 'id', keyType: 'int', set: 'n = n + 1', batch: 7 });",
      down: '',
      more: 'export const config = { transaction: false };',
    });
    const { out: script } = await runMigrate(['plan', '--directory', live.steps.path], {});
    expect(await runByHand(script)).toEqual([]);
    expect(await runByHand(script)).toEqual([]);
    expect(await live.db('items').pluck('n')).toEqual(Array.from({ length: 100 }, () => 1));
    expect(await statusNames()).toEqual(['applied']);
  });

  it('a step in parts that fails tells how far it came, and goes on from there', async () => {
    const parts = {
      up: statements(
        'CREATE TABLE a (id int NOT NULL)',
        'CREATE TABLE b (id int NOT NULL)',
        'CREATE TABLE c (id int NOT NULL)',
      ),
      down: statements('DROP TABLE c', 'DROP TABLE b', 'DROP TABLE a'),
      more: 'export const config = { transaction: false };',
    };
    await live.steps.write(1, 'parts', parts);
    await live.db.raw('create table b (id int not null)');
    expect((await migrate('up')).code).toBe(1);
    expect(await statuses()).toEqual([{ status: 'half-applied', itemsDone: 1 }]);
    expect(await migrate('down', '--to', '0')).toMatchObject({
      code: 5,
      err: containing('applied in part'),
    });
    await live.db.raw('drop table b');
    const name = await live.steps.write(1, 'parts', { ...parts, up: '' });
    expect(await migrate('up')).toMatchObject({ code: 5, err: containing(`${name} was edited`) });
    await live.steps.write(1, 'parts', parts);
    expect((await migrate('up')).code).toBe(0);
    expect([...(await readSqlServerSchema(live.db)).tables.keys()]).toEqual(
      expect.arrayContaining(['a', 'b', 'c']),
    );
    expect((await undo(migrate)).code).toBe(0);
    expect([...(await readSqlServerSchema(live.db)).tables.keys()]).not.toContain('a');
  });

  it('killed in the middle of a step in one transaction leaves no lock and nothing half done', async () => {
    await live.db.raw('create table numbers (n int not null)');
    await live.db('numbers').insert(Array.from({ length: 60 }, (_unused, n) => ({ n })));
    await live.steps.write(1, 'slow', {
      up: statements(
        'CREATE TABLE made (id int NOT NULL)',
        'INSERT INTO made (id) SELECT a.n FROM numbers a CROSS JOIN numbers b CROSS JOIN numbers c CROSS JOIN (SELECT TOP (12) n FROM numbers) d',
      ),
      down: statements('DROP TABLE made'),
    });
    const running = startMigrate(['up', '--directory', live.steps.path], env);
    const started = async () =>
      (await readSqlServerSchema(live.db)).tables.has(HISTORY_TABLE)
        ? live.db(HISTORY_TABLE).where({ outcome: 'started' }).pluck('name')
        : [];
    await expect.poll(started, { timeout: 60_000, interval: 10 }).toHaveLength(1);
    running.child.kill('SIGKILL');
    await running.result;
    const again = await migrate('up', '--lock-timeout', '60');
    // The server may have ended the step that it had in full before it missed the client.
    expect(again.code).toBe(0);
    expect(await statusNames()).toEqual(['applied']);
    const [row] = await live.db('made').count({ count: '*' });
    expect(Number(row?.count)).toBe(60 ** 3 * 12);
  });

  it('builds an index online where the edition can', async (context) => {
    await live.skipOnBabelfish(context, 'Only SQL Server itself builds online.');
    await live.db.raw(
      'create table items (id int not null constraint pk_items primary key, n int not null)',
    );
    await live.steps.write(1, 'index', {
      up: "await createIndex(knex, 'items', { name: 'ix_items_n', columns: ['n'], include: ['id'], where: 'n > 0', online: true });",
      down: statements('DROP INDEX ix_items_n ON items'),
    });
    expect((await migrate('up')).code).toBe(0);
    expect((await undo(migrate)).code).toBe(0);
  });

  it('reports a column that was changed by hand, with the exact difference', async () => {
    await runMigrate(['up'], env);
    const verify = async () => {
      const { out } = await runMigrate(['verify', '--json'], env);
      return z
        .object({
          differences: z.array(z.object({ subject: z.string(), description: z.string() })),
        })
        .parse(JSON.parse(out)).differences;
    };
    const before = (await verify()).map(({ description }) => description);
    await live.db.raw('alter table reports alter column failure nvarchar(1500)');
    await live.db.raw('alter table leases add hand int null');
    const found = (await verify()).filter(({ description }) => !before.includes(description));
    expect(found.map(({ subject }) => subject).sort()).toEqual(['leases.hand', 'reports.failure']);
    expect(found.map(({ description }) => description).join('\n')).toMatch(
      /reports\.failure: is nvarchar\(1500\).* null, expected nvarchar\(1000\) null/,
    );
  });
});
