import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSqlServerSchema } from '../schema/read-sql-server-schema.ts';
import { LIVE_URL, liveServer } from '../testing/live-server.ts';
import { runMigrate } from '../testing/run-migrate.ts';
import { openScriptSession } from '../testing/script-session.ts';
import type { ScriptSession } from '../testing/script-session.ts';
import { statements } from '../testing/step-files.ts';

const HOSTILE =
  'SET IMPLICIT_TRANSACTIONS ON; SET ROWCOUNT 5; SET DATEFORMAT dmy; USE master; BEGIN TRAN;';

const live = liveServer();
let window: ScriptSession;
beforeEach(async () => {
  window = await openScriptSession(LIVE_URL);
});
afterEach(() => window.close());

const nameRow = z.tuple([z.object({ name: z.string() })]);
async function databaseName(): Promise<string> {
  const rows: unknown = await live.db.raw('select db_name() as name');
  return nameRow.parse(rows)[0].name;
}

const planFor = async (...args: readonly string[]) =>
  (
    await runMigrate(
      ['plan', '--directory', live.steps.path, '--database', await databaseName(), ...args],
      {},
    )
  ).out;
const tables = async () => [...(await readSqlServerSchema(live.db)).tables.keys()].sort();
const bookkeeping = ['knex_migrations', 'knex_migrations_lock', 'migration_history'];

describe.runIf(LIVE_URL !== '')('a script in a window of SQL Server', () => {
  it('that is set up otherwise, elsewhere and in a transaction changes nothing, and says why', async () => {
    await live.steps.write(1, 'a', {
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
    expect(await live.db('b').pluck('id')).toHaveLength(7);
    expect(await live.db('a').first('at')).toEqual({ at: new Date('2026-02-03') });
  });

  it.for([
    {
      which: 'whatever they hold',
      texts: ['x\nGO\n:r y', '$(secret)', 'grüß', "it's \\\n", ''],
    },
    { which: 'also beyond the first 65,536 characters', texts: ['\u{1f600}'] },
  ])('leaves values as they are in its steps, $which', async ({ texts }, context) => {
    if (texts.join('').includes('\u{1f600}')) {
      await live.skipOnBabelfish(
        context,
        'Babelfish takes the bytes of an nvarchar for those of a varchar.',
      );
    }
    await live.steps.write(1, 'texts', {
      up: `await knex.schema.raw('CREATE TABLE texts (id int NOT NULL, x nvarchar(100) NOT NULL) /*\\nGO 5\\n!! del\\n*/');
           for (const [id, x] of ${JSON.stringify(texts)}.entries()) await knex('texts').insert({ id, x });`,
      down: '',
    });
    const script = await planFor();
    expect(await window.run(script)).toEqual([]);
    expect(await window.run(script)).toEqual([]);
    expect(await live.db('texts').orderBy('id').pluck('x')).toEqual(texts);
  });

  it('refuses what was edited since, and what it does not know', async () => {
    await live.steps.write(1, 'a', {
      up: statements('CREATE TABLE a (id int NOT NULL)'),
      down: '',
    });
    const first = await planFor();
    expect(await window.run(first)).toEqual([]);
    await live.steps.write(1, 'a', {
      up: statements('CREATE TABLE z (id int NOT NULL)'),
      down: '',
    });
    const [edited] = await window.run(await planFor());
    expect(edited).toMatch(/20300101000000_a\.ts was edited after it/);
    await live.db('knex_migrations').insert({ name: '29990101000000_future.ts' });
    const [unknown] = await window.run(first);
    expect(unknown).toMatch(/29990101000000_future\.ts is applied/);
    expect(await tables()).toEqual(['a', ...bookkeeping]);
  });

  it('made against it says what each statement asks of it', async (context) => {
    await live.skipOnBabelfish(
      context,
      "Babelfish's catalogue knows neither pages nor the edition.",
    );
    await live.db.raw('create table dbo.filled (id int not null, note nvarchar(10) null)');
    await live.db('filled').insert([{ id: 1 }, { id: 2 }, { id: 3 }]);
    await live.steps.write(1, 'index', {
      up: "await createIndex(knex, 'filled', { name: 'ix', columns: ['id'], online: true });",
      down: '',
    });
    const { out } = await runMigrate(['plan', '--directory', live.steps.path], {
      DATABASE_URL: LIVE_URL,
    });
    expect(out).toMatch(
      /^-- CREATE INDEX ix ON filled \| filled: 3 rows, 1 MB \| lock: .*online: (yes|no: asked for)/m,
    );
    expect(await window.run(out)).toEqual([]);
  });
});
