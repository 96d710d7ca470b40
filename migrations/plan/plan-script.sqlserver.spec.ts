import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import type { Knex } from 'knex';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSqlServerSchema } from '../schema/read-sql-server-schema.ts';
import { emptyServer } from '../testing/empty-server.ts';
import { runMigrate } from '../testing/run-migrate.ts';
import { openScriptSession } from '../testing/script-session.ts';
import type { ScriptSession } from '../testing/script-session.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const url = SQLSERVER_URL ?? '';
const HOSTILE =
  'SET IMPLICIT_TRANSACTIONS ON; SET ROWCOUNT 5; SET DATEFORMAT dmy; USE master; BEGIN TRAN;';

let db: Knex;
let steps: StepFolder;
let window: ScriptSession;
let giveBack: () => Promise<void>;
beforeAll(async () => {
  if (SQLSERVER_URL === undefined) return;
  giveBack = await takeTurn(url);
  db = openDatabase(url, { poolMax: 1, requestTimeoutMs: 120_000 });
});
afterAll(async () => {
  if (SQLSERVER_URL === undefined) return;
  await emptyServer(db);
  await db.destroy();
  await giveBack();
});
beforeEach(async () => {
  await emptyServer(db);
  steps = await openStepFolder();
  window = await openScriptSession(url);
});
afterEach(async () => {
  await window.close();
  await steps.remove();
});

const nameRow = z.tuple([z.object({ name: z.string() })]);
async function databaseName(): Promise<string> {
  const rows: unknown = await db.raw('select db_name() as name');
  return nameRow.parse(rows)[0].name;
}

async function isBabelfish(): Promise<boolean> {
  const rows: unknown = await db.raw('select @@version as version');
  return JSON.stringify(rows).includes('Babelfish');
}

const planFor = async (...args: readonly string[]) =>
  (
    await runMigrate(
      ['plan', '--directory', steps.path, '--database', await databaseName(), ...args],
      {},
    )
  ).out;
const tables = async () => [...(await readSqlServerSchema(db)).tables.keys()].sort();
const bookkeeping = ['knex_migrations', 'knex_migrations_lock', 'migration_history'];

describe.runIf(SQLSERVER_URL !== undefined)('a script in a window of SQL Server', () => {
  it('that is set up otherwise, elsewhere and in a transaction changes nothing, and says why', async () => {
    await steps.write(1, 'a', {
      up: statements(
        'CREATE TABLE a (id int NOT NULL, at datetime NOT NULL)',
        `INSERT INTO a (id, at) VALUES ${Array.from({ length: 7 }, (_unused, id) => `(${id}, '2026-02-03')`).join(', ')}`,
        'CREATE TABLE b (id int NOT NULL)',
        'INSERT INTO b (id) SELECT id FROM a',
      ),
      down: '',
    });
    const script = await planFor();
    await window.run(HOSTILE);
    const [reason, ...others] = await window.run(script);
    expect(reason).toMatch(/^Nothing was changed: a transaction is open in this window/);
    expect(others.length).toBeGreaterThan(1);
    expect(others.every((text) => text.includes('does not hold the migration lock'))).toBe(true);
    expect(await tables()).toEqual([]);

    await window.run('IF @@TRANCOUNT > 0 ROLLBACK;\nGO\nSET ROWCOUNT 5;');
    expect((await window.run(script))[0]).toMatch(
      /^Nothing was changed: the window is on the system/,
    );
    expect(await tables()).toEqual([]);

    await window.run(`USE [${await databaseName()}];\nGO\nSET ROWCOUNT 5; SET DATEFORMAT dmy;`);
    expect(await window.run(script)).toEqual([]);
    expect(await tables()).toEqual(['a', 'b', ...bookkeeping]);
    expect(await db('b').pluck('id')).toHaveLength(7);
    expect(await db('a').first('at')).toEqual({ at: new Date('2026-02-03') });
  });

  it.for([
    {
      which: 'whatever they hold',
      texts: ['x\nGO\n:r y', '$(secret)', 'grüß', "it's \\\n", ''],
    },
    { which: 'also beyond the first 65,536 characters', texts: ['\u{1f600}'] },
  ])('leaves values as they are in its steps, $which', async ({ texts }, context) => {
    if (texts.join('').includes('\u{1f600}') && (await isBabelfish())) {
      context.skip('Babelfish takes the bytes of an nvarchar for those of a varchar.');
    }
    await steps.write(1, 'texts', {
      up: `await knex.schema.raw('CREATE TABLE texts (id int NOT NULL, x nvarchar(100) NOT NULL) /*\\nGO 5\\n!! del\\n*/');
           for (const [id, x] of ${JSON.stringify(texts)}.entries()) await knex('texts').insert({ id, x });`,
      down: '',
    });
    const script = await planFor();
    expect(await window.run(script)).toEqual([]);
    expect(await window.run(script)).toEqual([]);
    expect(await db('texts').orderBy('id').pluck('x')).toEqual(texts);
  });

  it('refuses what was edited since, and what it does not know', async () => {
    await steps.write(1, 'a', { up: statements('CREATE TABLE a (id int NOT NULL)'), down: '' });
    const first = await planFor();
    expect(await window.run(first)).toEqual([]);
    await steps.write(1, 'a', { up: statements('CREATE TABLE z (id int NOT NULL)'), down: '' });
    const [edited] = await window.run(await planFor());
    expect(edited).toMatch(/20300101000000_a\.ts was edited after it/);
    await db('knex_migrations').insert({ name: '29990101000000_future.ts' });
    const [unknown] = await window.run(first);
    expect(unknown).toMatch(/29990101000000_future\.ts is applied/);
    expect(await tables()).toEqual(['a', ...bookkeeping]);
  });

  it('made against it says what each statement asks of it', async (context) => {
    if (await isBabelfish()) {
      context.skip("Babelfish's catalogue knows neither pages nor the edition.");
    }
    await db.raw('create table dbo.filled (id int not null, note nvarchar(10) null)');
    await db('filled').insert([{ id: 1 }, { id: 2 }, { id: 3 }]);
    await steps.write(1, 'index', {
      up: "await createIndex(knex, 'filled', { name: 'ix', columns: ['id'], online: true });",
      down: '',
    });
    const { out } = await runMigrate(['plan', '--directory', steps.path], { DATABASE_URL: url });
    expect(out).toMatch(
      /^-- CREATE INDEX ix ON filled \| filled: 3 rows, 1 MB \| lock: .*online: (yes|no: asked for)/m,
    );
    expect(await window.run(out)).toEqual([]);
  });
});
