import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { forget } from '../testing/forget.ts';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { startLivingServer } from '../testing/living-server.ts';
import type { MigratingServer } from '../testing/migrating-server.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { undo } from '../testing/undo.ts';

const [N, E, RENAMED, LATER] = [
  '20300101000000_n.ts',
  '20300102000000_e.ts',
  '20300102000000_better.ts',
  '20300105000000_e.ts',
];
const VERSION = E.slice(0, 14);
const FINISH =
  '"down --dry-run" shows what is left, and prints the approval with which "down --approved <sha256>" finishes it';

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

let steps: StepFolder;
beforeEach(async () => {
  steps = await openStepFolder();
  await steps.write(1, 'n', {
    up: statements('CREATE TABLE n (v int NOT NULL)'),
    down: statements('DROP TABLE n'),
  });
  await writeE();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await steps.remove();
});

/** Adds 100, and takes it away again before it drops what is not there; DONE and LEFT stand for its parts. */
const writeE = (more = '', purpose = 'e') =>
  steps.write(2, purpose, {
    up: statements('UPDATE n SET v = v + 100'),
    down: [
      "process.env.DONE ?? 'UPDATE n SET v = v - 100'",
      "process.env.LEFT ?? 'DROP TABLE nope'",
    ]
      .map((sql) => `await knex.schema.raw(${sql});`)
      .join('\n'),
    more: `export const config = { transaction: false }; ${more}`,
  });
const file = (name: string) => join(steps.path, name);

const statusRow = z.object({ name: z.string(), status: z.string(), formerName: z.unknown() });
async function statusesOf(migrate: (...args: string[]) => Promise<{ out: string }>) {
  const { out } = await migrate('status', '--json');
  const read = z.object({ steps: z.array(statusRow) }).parse(JSON.parse(out));
  return read.steps.map(({ name, status }) => `${name} ${status}`);
}

describe('a step that is undone in part, on SQL Server,', () => {
  let server: MigratingServer;
  beforeEach(async () => {
    server = await startLivingServer();
    await migrate('up', '--to', N);
    exec('insert into n values (1)');
    expect((await migrate('up')).code).toBe(0);
    expect((await undo(migrate)).code).toBe(1);
    expect(value()).toBe(1);
    server.executed.splice(0);
  });
  afterEach(() => server.close());

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: server.url });
  const exec = (sql: string) => server.database.exec(sql);
  const value = () => server.database.prepare('select v from n').get()?.['v'];
  const executed = () => server.executed.splice(0);
  const finish = () => {
    exec('create table nope (id int)');
    return undo(migrate);
  };

  /** What every command that looks says of it. */
  async function told(): Promise<string[]> {
    const answers = [];
    for (const args of [['status'], ['up'], ['plan'], ['verify'], ['repair', '--dry-run']]) {
      answers.push((await migrate(...args)).out);
    }
    return answers;
  }

  it('stays that under another name, and is gone on with under it', async () => {
    await rename(file(E), file(RENAMED));
    expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${RENAMED} half-undone`]);
    const text = `was applied as ${E} ("repair" notes the new name), and is undone in part, 1 of 2 parts`;
    expect((await migrate('status')).out).toContain(`${RENAMED} ${text}`);
    expect((await migrate('verify')).out).toContain(`${RENAMED}: ${text}`);
    expect((await migrate('up')).out).toContain('Note the new name with "repair"');
    const { out } = await migrate('repair');
    expect(out).toContain(`Noted under the new name: ${RENAMED} (was ${E}).`);
    expect(out).toContain(`Left, since repair does not finish it: ${RENAMED} is undone in part`);
    for (const answer of await told()) {
      expect(answer).toMatch(new RegExp(`${RENAMED}:? is undone in part`));
    }
    expect((await finish()).out).toBe(`Undone 1: ${RENAMED}`);
    expect([value(), executed()]).toEqual([1, ['DROP TABLE nope']]);
    expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${RENAMED} pending`]);
  });

  it('is still known where its file goes away after its new name was noted', async () => {
    await rename(file(E), file(RENAMED));
    await migrate('repair');
    await rm(file(RENAMED));
    expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${RENAMED} half-undone`]);
  });

  it('is not taken for one of another version, so that nothing is applied twice', async () => {
    await rename(file(E), file(LATER));
    expect(await statusesOf(migrate)).toEqual([
      `${N} applied`,
      `${E} half-undone`,
      `${LATER} pending`,
    ]);
    expect((await migrate('repair')).out).not.toContain('new name');
    for (const args of [['up'], ['up', '--out-of-order'], ['plan'], ['down', '--to', '0']]) {
      const { code, out } = await migrate(...args);
      expect([args, code, out]).toEqual([
        args,
        5,
        containing(`${E} is undone in part, and its file is not here, or has another version.`),
      ]);
    }
    await rename(file(LATER), file(E));
    expect((await finish()).out).toBe(`Undone 1: ${E}`);
    expect(value()).toBe(1);
  });

  it('is told as that by every command where its file is gone', async () => {
    await rm(file(E));
    expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${E} half-undone`]);
    for (const answer of await told()) {
      expect(answer).toMatch(new RegExp(`${E}:? is undone in part.*its file is not here`));
      expect(answer).toMatch(/forget it with "repair --forget/);
    }
    expect((await migrate('status')).out).toContain('half-undone (1 of 2 parts)');
    expect((await migrate('repair', '--forget', VERSION, '--dry-run')).out).toContain(
      `${E} is undone in part: 1 of 2 parts;`,
    );
    expect((await forget(migrate, VERSION)).code).toBe(0);
    expect(await statusesOf(migrate)).toEqual([`${N} applied`]);
  });

  it('and was edited in what is done is told so, with what helps', async () => {
    vi.stubEnv('DONE', 'UPDATE n SET v = v - 1');
    await writeE('// edited');
    for (const answer of await told()) {
      expect(answer).toMatch(new RegExp(`${E}:? (is undone in part.* and )?was edited`));
      expect(answer).toMatch(/[Tt]ake the edit back/);
      expect(answer).toContain('take its file away');
    }
    const refused = await migrate('down', '--dry-run');
    expect([refused.code, refused.out]).toEqual([5, containing('Take the edit back')]);
    expect((await migrate('repair')).out).not.toContain('Nothing to repair');
    vi.unstubAllEnvs();
    await writeE();
    expect((await finish()).out).toBe(`Undone 1: ${E}`);
    expect(executed()).toEqual(['DROP TABLE nope']);
  });

  it('and was edited is given up as the refusal says', async () => {
    vi.stubEnv('DONE', 'UPDATE n SET v = v - 1');
    await writeE('// edited');
    await rm(file(E));
    expect((await migrate('repair', '--forget')).out).toContain(`${VERSION}  ${E}`);
    expect((await forget(migrate, VERSION)).code).toBe(0);
    expect((await migrate('up')).code).toBe(0);
  });

  it('goes on where only what is left of its down was put right', async () => {
    vi.stubEnv('LEFT', 'DELETE FROM n WHERE v = 7');
    await writeE('// edited');
    expect((await migrate('status')).out).toContain(
      `${E} is undone in part, 1 of 2 parts, and was edited since, but for what is done (${FINISH}`,
    );
    const { out } = await migrate('down', '--dry-run');
    expect(server.runScript(out)).toEqual([]);
    expect([value(), executed()]).toEqual([1, ['DELETE FROM n WHERE v = 7']]);
    expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${E} pending`]);
  });

  it('is shown before it goes on with what is left alone', async () => {
    exec('create table nope (id int)');
    const { out } = await migrate('down', '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({
      goes: [
        'To be undone in shop, in this order:',
        `${E} (1 of 2 parts are undone)`,
        '  table nope (0 rows)',
      ],
    });
  });
});

describe.each(EITHER_DATABASE)(
  'a history that calls a step undone in part, on %s,',
  (kind, open) => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await open();
      await migrate('up');
      await database.run(
        `insert into migration_history (version, name, direction, checksum, statements_checksum, statements, outcome, items_done, started_at)
       select version, name, 'down', checksum, statements_checksum, statements, 'failed', 1, '2030-01-01T00:00:00.000Z' from migration_history where name = '${E}'`,
      );
    });
    afterEach(() => database.close());

    const migrate = (...args: readonly string[]) =>
      runHere(args, { directory: steps.path, url: database.url });

    it('says so under another name, without its file, and of no other version', async () => {
      await rename(file(E), file(RENAMED));
      expect((await migrate('repair')).code).toBe(0);
      expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${RENAMED} half-undone`]);
      await rename(file(RENAMED), file(LATER));
      expect(await statusesOf(migrate)).toEqual([
        `${N} applied`,
        `${RENAMED} half-undone`,
        `${LATER} pending`,
      ]);
      const { code, out } = await migrate('up');
      expect([code, out]).toEqual([5, containing(`${RENAMED} is undone in part, and its file`)]);
      expect((await forget(migrate, VERSION)).code).toBe(0);
    });

    it('says before down what that undoes', async () => {
      const { out } = await migrate('down', '--dry-run');
      expect(out.includes('rows change: UPDATE dbo.n SET v = v - 100')).toBe(kind === 'SQLite');
    });
  },
);

describe('a step that is applied in part, on SQL Server,', () => {
  const UP = ['CREATE TABLE one (id int NOT NULL)', 'CREATE TABLE two (id int NOT NULL)'];
  let server: MigratingServer;
  beforeEach(async () => {
    server = await startLivingServer();
    await writeParts();
    exec('create table two (id int not null)');
    expect((await migrate('up')).code).toBe(1);
    exec('drop table two');
    server.executed.splice(0);
  });
  afterEach(() => server.close());

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: server.url });
  const exec = (sql: string) => server.database.exec(sql);
  const writeParts = (more = '') =>
    steps.write(2, 'e', {
      up: `await knex.schema.raw(process.env.DONE ?? '${UP[0]}'); await knex.schema.raw(process.env.LEFT ?? '${UP[1]}');`,
      down: statements('DROP TABLE two', 'DROP TABLE one'),
      more: `export const config = { transaction: false }; ${more}`,
    });

  it('goes on with what is left as it was put right, and is then as it stands here', async () => {
    const OTHER = 'CREATE TABLE other (id int NOT NULL)';
    vi.stubEnv('LEFT', OTHER);
    await writeParts('// edited');
    expect((await migrate('status')).out).toContain(
      `${E} is applied in part, and was edited since, but for what is done ("up" finishes it as it stands here now).`,
    );
    expect((await migrate('up')).out).toBe(`Applied 1: ${E}`);
    expect(server.executed).toEqual([OTHER]);
    expect((await migrate('verify')).out).toContain('Sound: 2 of 2');
  });

  it('does not go on where what is done was edited, and says what helps', async () => {
    vi.stubEnv('DONE', 'CREATE TABLE other (id int NOT NULL)');
    await writeParts('// edited');
    const { code, out } = await migrate('up');
    expect([code, out]).toEqual([
      5,
      matching(
        /take the edit of what is done back, and "up" finishes it.*take its file away, forget it with "repair --forget"/,
      ),
    ]);
    const repaired = await migrate('repair');
    expect(repaired.out).toContain(
      `Left, since repair does not finish it: ${E} is applied in part`,
    );
    expect(repaired.out).not.toContain('Nothing to repair');
    const { out: json } = await migrate('repair', '--json');
    expect(JSON.parse(json)).toMatchObject({ left: [{ name: E, status: 'half-applied' }] });
    expect(server.executed).toEqual([]);
  });

  it('does not go on as one transaction, which would begin with its first part', async () => {
    await rm(file(E));
    await steps.write(2, 'whole', { up: statements(...UP), down: '' });
    expect((await migrate('up')).code).toBe(5);
    expect(server.executed).toEqual([]);
  });

  it('is no drift with the parts that are done, whether its file is here or not', async () => {
    const sound = async (): Promise<unknown> => JSON.parse((await migrate('verify', '--json')).out);
    expect(await sound()).toMatchObject({ reasons: ['steps'], differences: [] });
    await rename(file(E), file(`.${E}`));
    expect(await sound()).toMatchObject({ reasons: ['steps'], differences: [] });
    await rename(file(`.${E}`), file(E));
    exec('drop table one');
    expect(await sound()).toMatchObject({ reasons: ['steps', 'differences'] });
    exec('create table one (id int not null)');
    expect((await migrate('up')).code).toBe(0);
    exec('create table keeps (id int)');
    exec('drop table one');
    expect((await undo(migrate)).code).toBe(1);
    exec('create table one (id int not null)');
    exec('drop table keeps');
    expect(await statusesOf(migrate)).toEqual([`${N} applied`, `${E} half-undone`]);
    expect(await sound()).toMatchObject({ reasons: ['steps'], differences: [] });
  });
});
