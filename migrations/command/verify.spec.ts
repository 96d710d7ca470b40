import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { openStepServer } from '../testing/step-server.ts';
import { undo } from '../testing/undo.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

let steps: StepFolder;
let database: TestDatabase;
beforeEach(async () => {
  steps = await openStepFolder();
  const open = EITHER_DATABASE.find(([kind]) => kind === 'SQLite')?.[1];
  if (open === undefined) throw new Error('There is no SQLite to test on.');
  database = await open();
  await steps.write(1, 'one', { up: statements('CREATE TABLE one (id int)'), down: '' });
});
afterEach(async () => {
  await database.close();
  await steps.remove();
});

const migrate = (...args: readonly string[]) =>
  runHere(args, { directory: steps.path, url: database.url });

async function verdict(...args: readonly string[]) {
  const { code, out } = await migrate('verify', '--json', ...args);
  const read: unknown = JSON.parse(out);
  return { code, json: read, text: (await migrate('verify', ...args)).out };
}

describe('verify', () => {
  it('is not sound where a step has failed, and says so once', async () => {
    await steps.write(2, 'bad', { up: statements('CREATE TABLE one (id int)'), down: '' });
    await migrate('up');
    const { code, json, text } = await verdict();
    expect(code).toBe(3);
    expect(json).toMatchObject({
      sound: false,
      reasons: ['steps'],
      steps: [{ status: 'failed' }],
      applied: 1,
      pending: [],
    });
    expect((await verdict('--pending-fails')).json).toMatchObject({ reasons: ['steps'] });
    expect(text.split('\n')).toEqual([
      containing('20300102000000_bad.ts: has failed, and left nothing'),
      containing('Not sound: 1 step and 0 differences; 1 of 2 steps applied, 0 pending, 1 failed.'),
    ]);
    expect(text).not.toContain('"repair"');
    expect((await migrate('status')).out).toContain('20300102000000_bad.ts has failed');
  });

  it('is not sound where an attempt never ended', async () => {
    await migrate('up');
    await steps.write(2, 'two', { up: statements('CREATE TABLE two (id int)'), down: '' });
    await migrate('up');
    await database.run(
      "update migration_history set outcome = 'started' where version like '%2000000'",
    );
    await database.run("delete from knex_migrations where name like '%_two.ts'");
    await database.run('drop table two');
    expect(await verdict()).toMatchObject({
      code: 3,
      json: { sound: false, reasons: ['steps'] },
      text: containing('20300102000000_two.ts: was interrupted and left nothing, or still runs'),
    });
  });

  it('gives one verdict as exit code, as words and as JSON, with the reason', async () => {
    await migrate('up');
    await steps.write(2, 'two', { up: statements('CREATE TABLE two (id int)'), down: '' });
    expect(await verdict()).toMatchObject({
      code: 0,
      json: { sound: true, reasons: [] },
      text: containing('Sound: 1 of 2 steps applied, 1 pending'),
    });
    const behind = await verdict('--pending-fails');
    expect(behind).toMatchObject({ code: 3, json: { sound: false, reasons: ['pending'] } });
    expect(behind.text).toContain('Not sound: pending steps, which --pending-fails counts; 1 of 2');
    expect(behind.text).not.toContain('repair');
    await database.run('create view v as select 1');
    expect((await verdict('--pending-fails')).json).toMatchObject({
      reasons: ['differences', 'pending'],
    });
  });

  it('is sound with --unread-fails where everything was read, with an empty list', async () => {
    await migrate('up');
    const { code, json } = await verdict('--unread-fails');
    expect(code).toBe(0);
    expect(json).toMatchObject({ sound: true, reasons: [], unread: [] });
    expect((await migrate('verify', '--json', '--unread-fails', '--pending-fails')).code).toBe(0);
  });

  it('with --unread-fails counts on SQLite what is there and cannot be compared', async () => {
    await migrate('up');
    await database.run('drop table one');
    await database.run('create table one (id int) strict');
    expect(await verdict('--unread-fails')).toMatchObject({
      code: 3,
      json: { reasons: ['differences', 'unread'], unread: [containing('one')] },
      text: containing(
        'Not sound: what could not be looked at, which --unread-fails counts, and 0',
      ),
    });
  });

  it('counts and lists each step once on a server, where some are done in part', async () => {
    const server = await openStepServer();
    const write = (place: number, purpose: string, sql: string) =>
      server.steps.write(place, purpose, {
        up: statements('UPDATE t SET n = 1', sql),
        down: statements('UPDATE t SET n = 0', 'UPDATE gone SET n = 0'),
        more: 'export const config = { transaction: false };',
      });
    const asked = async (command: string) => {
      const { out } = await server.migrate(command);
      const json: unknown = JSON.parse((await server.migrate(command, '--json')).out);
      return { last: out.split('\n').at(-1), json };
    };
    try {
      await write(1, 'whole', 'UPDATE t SET n = 2');
      await write(2, 'half', 'UPDATE absent SET n = 2');
      await write(3, 'never', 'UPDATE t SET n = 2');
      expect((await server.migrate('up')).code).toBe(1);
      expect(await asked('verify')).toMatchObject({
        last: 'Not sound: 1 step and 0 differences; 1 of 3 steps applied, 1 pending, 1 half-applied.',
        json: {
          applied: 1,
          pending: [{ name: '20300103000000_never.ts' }],
          steps: [{ status: 'half-applied' }],
        },
      });
      expect(await asked('status')).toMatchObject({
        last: '1 pending, 1 half-applied of 3.',
        json: { pending: 1 },
      });
      server.database.exec('create table absent (n int)');
      await server.migrate('up');
      expect((await undo(server.migrate)).code).toBe(1);
      expect(await asked('verify')).toMatchObject({
        last: containing('2 of 3 steps applied, 0 pending, 1 half-undone.'),
        json: { applied: 2, pending: [] },
      });
    } finally {
      await server.close();
    }
  });

  it('names the command that applies what is pending also where that comes late', async () => {
    await steps.write(2, 'two', { up: statements('CREATE TABLE two (id int)'), down: '' });
    await migrate('up');
    await database.run("delete from knex_migrations where name like '%_one.ts'");
    await database.run("delete from migration_history where name like '%_one.ts'");
    await database.run('drop table one');
    const { out } = await migrate('verify', '--pending-fails');
    expect(out).toContain('"up --out-of-order" applies what is pending.');
    expect((await migrate('up', '--out-of-order')).code).toBe(0);
    expect((await migrate('verify', '--pending-fails')).code).toBe(0);
  });

  it('tells on a server of statements that cannot be foreseen, and compares the rest', async () => {
    const server = await openStepServer();
    await server.steps.write(1, 'made_elsewhere', {
      up: statements('UPDATE t SET n = 1', 'CREATE INDEX ix_gone ON gone (id)'),
      down: '',
    });
    await server.migrate('baseline', '--to', '20300101000000');
    const { code, out } = await server.migrate('verify');
    const strict = await server.migrate('verify', '--unread-fails', '--json');
    await server.close();
    expect(strict.code).toBe(3);
    expect(JSON.parse(strict.out)).toMatchObject({
      reasons: ['unread'],
      unread: [containing('there is no table gone')],
    });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^not compared: 20300101000000_made_elsewhere\.ts: .*there is no table gone/m,
    );
    expect(out).toMatch(/^Sound: .*, but for what was not compared\.$/m);
  });
});
