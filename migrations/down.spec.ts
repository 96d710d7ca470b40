import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EITHER_DATABASE } from './testing/either-database.ts';
import type { TestDatabase } from './testing/either-database.ts';
import { startMigratingServer } from './testing/migrating-server.ts';
import { runHere } from './testing/run-here.ts';
import { runMigrate } from './testing/run-migrate.ts';
import { openStepFolder, statements } from './testing/step-files.ts';
import type { StepFolder } from './testing/step-files.ts';
import { downApproval, undo } from './testing/undo.ts';

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const [ONE, TWO, THREE] = [1, 2, 3].map((place) => `2030010${place}000000`);
const name = (place: number, purpose: string) => `2030010${place}000000_${purpose}.ts`;

const STAYS = `Stays, since it was applied before, though its version is higher: ${name(3, 'three')}`;

describe.each(EITHER_DATABASE)('down on %s', (kind, open) => {
  let steps: StepFolder;
  let database: TestDatabase;
  beforeEach(async () => {
    steps = await openStepFolder();
    database = await open();
  });
  afterEach(async () => {
    await database.close();
    await steps.remove();
  });

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });

  const table = (place: number, purpose: string) =>
    steps.write(place, purpose, {
      up: statements(`CREATE TABLE ${purpose} (id int)`),
      down: statements(`DROP TABLE ${purpose}`),
    });

  async function tables(): Promise<unknown[]> {
    const rows = await database.run(
      "select name from sqlite_master where type = 'table' and name in ('one', 'two', 'three', 'four') order by name",
    );
    return rows.map((row) => z.object({ name: z.string() }).parse(row).name);
  }

  /** Three steps, the second of which came last. */
  async function outOfOrder(): Promise<void> {
    await table(1, 'one');
    await table(3, 'three');
    await migrate('up');
    await table(2, 'two');
    await migrate('up', '--out-of-order');
  }

  it('undoes what was applied last, whatever its version', async () => {
    await outOfOrder();
    expect((await undo(migrate)).out).toBe(`Undone 1: ${name(2, 'two')}`);
    expect(await tables()).toEqual(['one', 'three']);
    expect((await undo(migrate)).out).toBe(`Undone 1: ${name(3, 'three')}`);
    expect((await undo(migrate)).out).toBe(`Undone 1: ${name(1, 'one')}`);
    expect(await tables()).toEqual([]);
  });

  it.each([
    [ONE, `Undone 2: ${name(2, 'two')}, ${name(3, 'three')}`, ['one']],
    [THREE, `Undone 1: ${name(2, 'two')}`, ['one', 'three']],
    [TWO, `Nothing to undo.\n${STAYS}`, ['one', 'three', 'two']],
    ['0', `Undone 3: ${name(2, 'two')}, ${name(3, 'three')}, ${name(1, 'one')}`, []],
  ])('undoes all that was applied after %s, and nothing before it', async (to, out, left) => {
    await outOfOrder();
    expect((await undo(migrate, '--to', to ?? '')).out).toBe(out);
    expect(await tables()).toEqual(left);
  });

  it('tells of a higher version that stays', async () => {
    await outOfOrder();
    await table(4, 'four');
    await migrate('up');
    const { out } = await migrate('down', '--to', TWO ?? '', '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({
      goes: [
        `To be undone in ${database.name}, in this order:`,
        name(4, 'four'),
        '  table four (0 rows)',
        STAYS,
      ],
    });
  });

  it('tells of it, too, where there is nothing to undo', async () => {
    await outOfOrder();
    const { code, out } = await migrate('down', '--to', TWO ?? '');
    expect([code, out]).toEqual([0, `Nothing to undo.\n${STAYS}`]);
  });

  it('counts the rows of what goes whole, and of nothing of which it goes in part', async () => {
    await steps.write(1, 'one', {
      up: statements('CREATE TABLE one (id int)', 'CREATE TABLE two (id int)'),
      down: statements('DELETE FROM one WHERE id = 2', 'DROP TABLE two'),
    });
    await migrate('up');
    await database.run('insert into one values (1), (2)');
    await database.run('insert into two values (1), (2)');
    const { out } = await migrate('down', '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({
      goes: [
        `To be undone in ${database.name}, in this order:`,
        name(1, 'one'),
        '  rows change: DELETE FROM dbo.one WHERE id = 2',
        '  table two (2 rows)',
      ],
    });
  });

  it('refuses to go back to a step that is not applied', async () => {
    await table(1, 'one');
    await migrate('up');
    await table(2, 'two');
    const { code, out } = await migrate('down', '--to', TWO ?? '');
    expect([code, out]).toEqual([5, matching(/--to 20300102000000 is not applied/)]);
  });

  it('leaves everything while a step has failed, until it is finished', async () => {
    await table(1, 'one');
    await migrate('up');
    await steps.write(2, 'two', { up: statements('CREATE TABLE one (id int)'), down: '' });
    expect((await migrate('up')).code).toBe(1);
    for (const args of [
      ['--to', '0'],
      ['--to', '0', '--dry-run'],
      ['--approved', '0'.repeat(64)],
    ]) {
      const { code, out } = await migrate('down', ...args);
      expect([code, out]).toEqual([5, matching(/two\.ts has failed.*"up" first/)]);
    }
    expect(await tables()).toEqual(['one']);
  });

  it('leaves everything while a step was interrupted', async () => {
    await table(1, 'one');
    await migrate('up');
    await table(2, 'two');
    await database.run(
      `insert into migration_history (version, name, direction, outcome, items_done, started_at) values ('${TWO}', '${name(2, 'two')}', 'up', 'started', 0, '2030-01-01T00:00:00.000Z')`,
    );
    const { code, out } = await migrate('down', '--to', '0');
    expect([code, out]).toEqual([5, matching(/two\.ts was interrupted, or still runs/)]);
    expect(await tables()).toEqual(['one']);
  });

  it('wants to be told how far or what, and never guesses', async () => {
    await table(1, 'one');
    await migrate('up');
    const { code, out } = await migrate('down');
    expect([code, out]).toEqual([2, matching(/needs --to <version>.*or --approved/)]);
    expect(await tables()).toEqual(['one']);
  });

  it('undoes only what was approved to be undone', async () => {
    await table(1, 'one');
    await table(2, 'two');
    const plan = await migrate('up', '--to', '0', '--dry-run', '--json');
    await migrate('up');
    const approval = await downApproval(migrate, '--to', ONE ?? '');
    expect(plan.out).not.toContain(approval);
    expect((await migrate('down', '--to', '0', '--approved', approval)).code).toBe(5);
    expect((await migrate('down', '--to', '0', '--dry-run', '--approved', approval)).code).toBe(5);
    await table(3, 'three');
    await migrate('up');
    const late = await migrate('down', '--to', ONE ?? '', '--approved', approval);
    expect([late.code, late.out]).toEqual([
      5,
      containing(`Read "down --to ${ONE} --dry-run" again`),
    ]);
    expect(await tables()).toEqual(['one', 'three', 'two']);
    await undo(migrate);
    expect((await migrate('down', '--approved', approval)).out).toBe(`Undone 1: ${name(2, 'two')}`);
  });

  it('says to repeat the --to that an approval was read with', async () => {
    await table(1, 'one');
    await table(2, 'two');
    await migrate('up');
    const approval = await downApproval(migrate, '--to', '0');
    const { code, out } = await migrate('down', '--approved', approval);
    expect([code, out]).toEqual([5, containing('give the same --to here, beside --approved')]);
    expect((await migrate('down', '--to', '0', '--approved', approval)).code).toBe(0);
  });

  it('is another thing to approve than up of the same step', async () => {
    await table(1, 'one');
    await migrate('up', '--to', '0');
    const up = z
      .object({ approval: z.string() })
      .parse(JSON.parse((await migrate('up', '--dry-run', '--json')).out)).approval;
    await migrate('up');
    expect((await migrate('down', '--approved', up)).code).toBe(5);
    expect(await tables()).toEqual(['one']);
  });

  it('at a terminal names what goes, with its rows, and waits for the name of the database', async () => {
    await steps.write(1, 'one', {
      up: statements('CREATE TABLE one (id int, note int, more int)'),
      down: statements('DROP TABLE one'),
    });
    await steps.write(2, 'two', {
      up: statements('CREATE INDEX ix_one ON one (id)', 'CREATE TABLE two (id int)'),
      down:
        kind === 'SQLite'
          ? "await knex.schema.raw(knex.client.items ? 'DROP INDEX ix_one ON one' : 'DROP INDEX ix_one'); await knex.schema.raw('DROP TABLE two'); await knex.schema.raw('ALTER TABLE one DROP COLUMN more');"
          : "await knex.schema.raw('DROP TABLE two'); await knex.schema.raw('ALTER TABLE one DROP COLUMN more');",
    });
    await migrate('up');
    await database.run('insert into one (id, more) values (1, 5), (2, null)');
    await database.run('insert into two (id) values (1)');
    const lines: string[] = [];
    const asked: string[] = [];
    const atTerminal = (typed: string, ...args: readonly string[]) =>
      runHere(['down', ...args], {
        directory: steps.path,
        url: database.url,
        progress: (line) => lines.push(line),
        confirm: (question) => {
          asked.push(question);
          return Promise.resolve(typed);
        },
      });
    for (const typed of ['', 'yes', 'shop2']) {
      const refused = await atTerminal(typed, '--to', ONE ?? '');
      expect([refused.code, refused.out]).toEqual([5, containing('Nothing was changed')]);
    }
    expect(await tables()).toEqual(['one', 'two']);
    lines.length = 0;
    expect((await atTerminal(database.name, '--to', ONE ?? '')).code).toBe(0);
    expect(asked.at(-1)).toContain(database.name);
    expect(lines).toEqual(
      expect.arrayContaining([
        name(2, 'two'),
        ...(kind === 'SQLite' ? ['  index ix_one of one'] : []),
        '  table two (1 row)',
        '  column one.more (1 value)',
      ]),
    );
    expect(await tables()).toEqual(['one']);
    asked.length = 0;
    expect((await atTerminal('', '--to', ONE ?? '')).out).toBe('Nothing to undo.');
    const approval = await downApproval(migrate, '--to', '0');
    expect((await atTerminal('', '--to', '0', '--approved', approval)).out).toContain('Undone 1');
    expect(asked).toEqual([]);
  });

  it('without a terminal wants an approval', async () => {
    await table(1, 'one');
    await migrate('up');
    const env = { DATABASE_URL: database.url };
    const args = ['--directory', steps.path, '--to', '0'];
    const refused = await runMigrate(['down', ...args], env);
    expect([refused.code, refused.err]).toEqual([
      5,
      matching(/nobody is at a terminal.*down --to 0 --dry-run/),
    ]);
    expect(await tables()).toEqual(['one']);
    const approval = await downApproval(migrate, '--to', '0');
    const done = await runMigrate(['down', ...args, '--approved', approval], env);
    expect([done.code, done.err]).toEqual([0, containing('table one (0 rows)')]);
    expect(await tables()).toEqual([]);
  });
});

describe('the script that a dry run of down prints', () => {
  it('undoes the same in the same order, run by hand, and may be run again', async () => {
    const steps = await openStepFolder();
    const server = await startMigratingServer();
    try {
      const migrate = (...args: readonly string[]) =>
        runHere(args, { directory: steps.path, url: server.url });
      for (const [place, purpose] of [
        [1, 'one'],
        [3, 'three'],
        [2, 'two'],
      ] as const) {
        await steps.write(place, purpose, {
          up: statements(`CREATE TABLE ${purpose} (id int)`),
          down: statements(`DROP TABLE ${purpose}`),
        });
        await migrate('up', '--out-of-order');
      }
      const { out: script } = await migrate('down', '--to', ONE ?? '', '--dry-run');
      const late = await migrate('down', '--to', THREE ?? '', '--dry-run');
      server.executed.length = 0;
      expect(server.runScript(script)).toEqual([]);
      expect(server.executed).toEqual(['DROP TABLE two', 'DROP TABLE three']);
      expect(server.runScript(script)).toEqual([]);
      await migrate('up');
      server.executed.length = 0;
      // Since then three was applied after two, so two is not the last any more.
      expect(server.runScript(late.out)).toEqual([
        `${name(2, 'two')} was not run: what was applied after it must be undone first.`,
      ]);
      expect(server.executed).toEqual([]);
    } finally {
      await server.close();
      await steps.remove();
    }
  });
});
