import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import type { Direction, Step } from '../step/step.ts';
import { statements } from '../testing/step-files.ts';
import { openStepServer } from '../testing/step-server.ts';
import type { StepServer } from '../testing/step-server.ts';
import { forget } from '../testing/forget.ts';
import { undo } from '../testing/undo.ts';
import { planScript } from './plan-script.ts';

const [ONE, TWO] = ['20300101000000_one.ts', '20300102000000_two.ts'];

let server: StepServer;
beforeEach(async () => {
  server = await openStepServer();
  await writeOne();
  await writeTwo();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const writeOne = (more = '') =>
  server.steps.write(1, 'one', {
    up: statements('CREATE TABLE one (id int)'),
    down: statements('DROP TABLE one'),
    more,
  });
/** In parts, of which SPELLING makes the first, and LATER the last, other T-SQL, as an upgrade of knex does. */
const writeTwo = (more = '') =>
  server.steps.write(2, 'two', {
    up: `await knex.schema.raw(process.env.SPELLING ?? 'CREATE TABLE a (id int)'); ${statements('CREATE TABLE b (id int)')} await knex.schema.raw(process.env.LATER ?? 'CREATE TABLE c (id int)');`,
    down: statements('DROP TABLE c', 'DROP TABLE b', 'DROP TABLE a'),
    more: `export const config = { transaction: false }; ${more}`,
  });
const writeThree = () =>
  server.steps.write(3, 'three', {
    up: statements('CREATE TABLE three (id int)'),
    down: statements('DROP TABLE three'),
  });

const exec = (sql: string) => server.database.exec(sql);

async function halfApply(): Promise<void> {
  exec('create table b (id int)');
  expect((await server.migrate('up')).code).toBe(1);
  exec('drop table b');
}

async function halfUndo(): Promise<void> {
  expect((await server.migrate('up')).code).toBe(0);
  exec('drop table b');
  expect((await undo(server.migrate)).code).toBe(1);
  exec('create table b (id int)');
}

async function failTwo(): Promise<void> {
  await server.migrate('up', '--to', ONE.slice(0, 14));
  exec('create table a (id int)');
  expect((await server.migrate('up')).code).toBe(1);
}

/** Two is forgotten while its file is away, and its file comes back. */
async function forgetAndReturn(): Promise<void> {
  const away = join(server.steps.path, '..', `${TWO}.away`);
  await rename(join(server.steps.path, TWO), away);
  await forget(server.migrate, TWO);
  await rename(away, join(server.steps.path, TWO));
}

/** The script that a DBA was given, as it is made of the files that stand there now. */
async function runScript(direction: Direction, wanted = (_step: Step) => true): Promise<string[]> {
  const all = await loadSteps(server.steps.path);
  const ordered = direction === 'up' ? all : all.toReversed();
  const script = planScript(ordered.filter(wanted), all, {
    direction,
    lockTimeoutMs: 0,
    approval: '',
    database: 'shop',
  });
  return server.runScript(script);
}

/** Why tool and script do nothing: they must say the same. */
async function refusal(direction: Direction): Promise<string> {
  await writeThree();
  server.executed();
  const { code, out } = await server.migrate(
    ...(direction === 'up' ? ['up'] : ['down', '--to', '0']),
  );
  const [error = '', ...others] = await runScript(direction);
  expect(others.every((one) => one.includes('does not hold the migration lock'))).toBe(true);
  expect([code, server.executed()]).toEqual([5, []]);
  expect(error.replace(/^Nothing was changed: /, '')).toBe(out.replace(/^Refused: /, ''));
  return out;
}

describe('up and the script of a plan', () => {
  it('do nothing on top of a step that is undone in part', async () => {
    await halfUndo();
    expect(await refusal('up')).toBe(
      `Refused: ${TWO} is undone in part (1 of 3 parts). Finish that first: "down --dry-run" shows what is left, and prints the approval with which "down --approved <sha256>" finishes it.`,
    );
    expect((await undo(server.migrate)).out).toBe(`Undone 1: ${TWO}`);
  });

  it('do not go on with a step in parts that was edited', async () => {
    await halfApply();
    vi.stubEnv('SPELLING', 'CREATE TABLE other (id int)');
    await writeTwo('// edited');
    expect(await refusal('up')).toContain(`${TWO} was edited after 1 of 3 parts had been applied`);
  });

  it('go on with a step in parts of which those that are left were put right', async () => {
    await halfApply();
    vi.stubEnv('LATER', 'CREATE TABLE other (id int)');
    await writeTwo('// edited');
    server.executed();
    const before = await runScript('up');
    expect([before.length > 0, server.executed()]).toEqual([true, []]);
    // A plan of this database knows how far the step has come.
    const { out } = await server.migrate('up', '--dry-run');
    expect(server.runScript(out)).toEqual([]);
    expect(server.executed()).toEqual(['CREATE TABLE b (id int)', 'CREATE TABLE other (id int)']);
    expect(server.runScript(out)).toEqual([]);
    expect(await server.statuses()).toEqual([`${ONE} applied`, `${TWO} applied`]);
    expect(server.executed()).toEqual([]);
  });

  it('do not go on with a backfill that was edited', async () => {
    await server.migrate('up', '--to', ONE.slice(0, 14));
    exec(
      `insert into migration_history (version, name, direction, checksum, statements_checksum, outcome, items_done, item_cursor, started_at)
       values ('20300102000000', '${TWO}', 'up', '${'f'.repeat(64)}', '', 'failed', 0, '42', '2030-01-01T00:00:00.000Z')`,
    );
    expect(await refusal('up')).toContain('0 of 3 parts, and rows up to 42 had been applied');
  });

  it('do not go on with a step in parts that comes to other T-SQL', async () => {
    await halfApply();
    vi.stubEnv('SPELLING', 'CREATE TABLE [a] ([id] int)');
    expect(await refusal('up')).toContain(`${TWO} comes to other T-SQL than when 1 of 3 parts`);
  });

  it('do not go on with a step in parts of which nobody noted what it was', async () => {
    await halfApply();
    exec(`update migration_history set checksum = null where name = '${TWO}'`);
    expect(await refusal('up')).toContain(`${TWO} was edited after 1 of 3 parts`);
  });

  it('do nothing where a step in parts has no file any more', async () => {
    await halfApply();
    await rename(join(server.steps.path, TWO), join(server.steps.path, '20300109000000_two.ts'));
    expect(await refusal('up')).toContain(`${TWO} is applied in part, and its file is not here`);
  });

  it('do nothing where an applied step was edited', async () => {
    await server.migrate('up');
    await writeOne('// edited');
    expect(await refusal('up')).toContain(`${ONE} was edited after it had been applied`);
  });

  it('do not run what was forgotten and is here again', async () => {
    await server.migrate('up');
    await forgetAndReturn();
    expect(await refusal('up')).toContain(`${TWO} was applied, and then forgotten`);
    // An attempt that failed on what is there changes nothing of that.
    exec(
      `insert into migration_history (version, name, direction, checksum, outcome, items_done, started_at)
       values ('20300102000000', '${TWO}', 'up', '${'f'.repeat(64)}', 'failed', 0, '2030-01-01T00:00:00.000Z')`,
    );
    expect(await refusal('up')).toContain('"repair" takes it in again');
  });

  it('do not run what was forgotten in part and is here again, until repair has looked at it', async () => {
    await halfApply();
    await forgetAndReturn();
    expect(await refusal('up')).toContain(
      `${TWO} was applied in part (1 of 3 parts), and then forgotten`,
    );
    // An attempt that failed on what is there changes nothing of that.
    exec(
      `insert into migration_history (version, name, direction, checksum, outcome, items_done, started_at)
       values ('20300102000000', '${TWO}', 'up', '${'f'.repeat(64)}', 'failed', 0, '2030-01-01T00:00:00.000Z')`,
    );
    expect(await refusal('up')).toContain('"repair" looks at what those parts left');
  });

  it('go on with what was forgotten in part where an attempt since has come as far', async () => {
    await halfApply();
    await forgetAndReturn();
    exec(
      `insert into migration_history (version, name, direction, checksum, statements_checksum, statements, outcome, items_done, started_at)
       select version, name, direction, checksum, statements_checksum, statements, outcome, items_done, started_at
       from migration_history where items_done = 1`,
    );
    expect(await server.statuses()).toEqual([`${ONE} applied`, `${TWO} half-applied`]);
    server.executed();
    expect(await runScript('up')).toEqual([]);
    expect(server.executed()).toEqual(['CREATE TABLE b (id int)', 'CREATE TABLE c (id int)']);
  });

  it('do not run what was forgotten while it was undone in part', async () => {
    await halfUndo();
    await forgetAndReturn();
    expect(await refusal('up')).toContain(`${TWO} was undone in part (1 of 3 parts), and then`);
  });

  it('try a step that failed, and left nothing, again', async () => {
    await failTwo();
    exec('drop table a');
    expect(await runScript('up')).toEqual([]);
  });
});

describe('down and the script of its dry run', () => {
  /** A later step is applied, so that this one comes late. */
  async function applyLater(): Promise<void> {
    const away = join(server.steps.path, '..', `${TWO}.away`);
    await rename(join(server.steps.path, TWO), away);
    await writeThree();
    expect((await server.migrate('up')).code).toBe(0);
    await rename(away, join(server.steps.path, TWO));
  }
  async function halfApplyLate(): Promise<void> {
    await applyLater();
    exec('create table b (id int)');
    expect((await server.migrate('up', '--out-of-order')).code).toBe(1);
    exec('drop table b');
  }
  const ADVICE = 'finish it with "up --out-of-order" first; then it can be undone';

  it('name the up that finishes a late step which is applied in part', async () => {
    await halfApplyLate();
    expect(await refusal('down')).toContain(ADVICE);
    const { code, out } = await server.migrate('up');
    expect([code, out]).toEqual([
      5,
      `Refused: ${TWO} is applied in part, and comes before a step that is applied already. Finish it with "up --out-of-order".`,
    ]);
    expect((await server.migrate('up', '--out-of-order')).out).toBe(`Applied 1: ${TWO}`);
    expect((await undo(server.migrate)).out).toBe(`Undone 1: ${TWO}`);
  });

  it('name the up that tries a late step again which has failed', async () => {
    await applyLater();
    exec('create table a (id int)');
    expect((await server.migrate('up', '--out-of-order')).code).toBe(1);
    expect(await refusal('down')).toContain(ADVICE);
    exec('drop table a');
    expect((await server.migrate('verify')).out).toContain('("up --out-of-order" tries it again');
    expect((await server.migrate('up', '--out-of-order')).out).toBe(`Applied 1: ${TWO}`);
  });

  it('name the up that is not refused for another step that comes late', async () => {
    await applyLater();
    const four = await server.steps.write(4, 'four', {
      up: statements('UPDATE t SET n = 4'),
      down: '',
    });
    exec(
      `insert into migration_history (version, name, direction, outcome, items_done, started_at)
       values ('20300104000000', '${four}', 'up', 'failed', 0, '2030-01-01T00:00:00.000Z')`,
    );
    expect(await refusal('down')).toContain(`${four} has failed.`);
    expect(await refusal('down')).toContain(ADVICE);
    expect((await server.migrate('up', '--out-of-order')).out).toBe(`Applied 2: ${TWO}, ${four}`);
  });

  it('undo the others where an attempt at a forgotten step has failed', async () => {
    await server.migrate('up');
    await forgetAndReturn();
    exec(
      `insert into migration_history (version, name, direction, outcome, items_done, started_at)
       values ('20300102000000', '${TWO}', 'up', 'failed', 0, '2030-01-01T00:00:00.000Z')`,
    );
    server.executed();
    expect(await runScript('down', ({ name }) => name === ONE)).toEqual([]);
    expect(server.executed()).toEqual(['DROP TABLE one']);
  });

  it('name the up that goes on where the file of a late step is put back', async () => {
    await halfApplyLate();
    const away = join(server.steps.path, '..', `${TWO}.away`);
    await rename(join(server.steps.path, TWO), away);
    expect(await refusal('down')).toContain('and finish it with "up --out-of-order"; or');
    await rename(away, join(server.steps.path, TWO));
    expect((await server.migrate('up', '--out-of-order')).out).toBe(`Applied 1: ${TWO}`);
  });

  it('do nothing while a step has failed', async () => {
    await failTwo();
    expect(await refusal('down')).toContain(`${TWO} has failed. Put right what is wrong`);
  });

  it('do nothing while a step was interrupted', async () => {
    await failTwo();
    exec("update migration_history set outcome = 'started' where outcome = 'failed'");
    expect(await refusal('down')).toContain(`${TWO} was interrupted, or still runs.`);
  });

  it('do nothing while a step is applied in part', async () => {
    await halfApply();
    expect(await refusal('down')).toContain(`${TWO} is applied in part.`);
  });

  it('do nothing where a step that is applied in part has no file any more', async () => {
    await halfApply();
    await rename(join(server.steps.path, TWO), join(server.steps.path, '20300109000000_two.ts'));
    expect(await refusal('down')).toContain('its file is not here, or has another version');
  });

  it('do not undo a step that was edited, and say what to do', async () => {
    await server.migrate('up');
    await writeOne('// edited');
    expect(await refusal('down')).toMatch(
      /one\.ts was edited .* its down may not undo what was done\. See with "verify" .*"repair"/,
    );
    expect((await server.migrate('down', '--to', '0', '--dry-run')).code).toBe(5);
    await server.migrate('repair');
    expect((await undo(server.migrate, '--to', '0')).out).toContain(`Undone 2: ${TWO}, ${ONE}`);
  });

  it('undo what came after an edited step', async () => {
    await server.migrate('up');
    await writeOne('// edited');
    server.executed();
    expect(await runScript('down', ({ name }) => name === TWO)).toEqual([]);
    expect(server.executed()).toEqual(['DROP TABLE c', 'DROP TABLE b', 'DROP TABLE a']);
    await writeOne();
    await server.migrate('up');
    await writeOne('// edited');
    expect((await undo(server.migrate, '--to', ONE.slice(0, 14))).out).toBe(`Undone 1: ${TWO}`);
  });

  it.each([
    [
      'was edited',
      () => {
        vi.stubEnv('SPELLING', 'CREATE TABLE other (id int)');
        return writeTwo('// edited');
      },
    ],
    ['comes to other T-SQL', () => vi.stubEnv('SPELLING', 'CREATE TABLE [a] ([id] int)')],
  ])('do not go on with a step that is undone in part and %s', async (_what, change) => {
    await halfUndo();
    await change();
    for (const direction of ['up', 'down'] as const) {
      expect(await refusal(direction)).toContain(
        `${TWO} was edited, or comes to other T-SQL, since 1 of 3 parts had been undone`,
      );
    }
  });

  it('do nothing where a step that is undone in part has no file any more', async () => {
    await halfUndo();
    await rename(join(server.steps.path, TWO), join(server.steps.path, '20300109000000_two.ts'));
    for (const direction of ['up', 'down'] as const) {
      expect(await refusal(direction)).toContain(
        `${TWO} is undone in part, and its file is not here, or has another version.`,
      );
    }
    exec(`delete from knex_migrations where name = '${TWO}'`);
    expect(await refusal('up')).toContain(`${TWO} is undone in part, and its file is not here`);
  });

  it('go on with a step that is undone in part', async () => {
    await halfUndo();
    server.executed();
    expect(await runScript('down')).toEqual([]);
    expect(server.executed()).toEqual(['DROP TABLE b', 'DROP TABLE a', 'DROP TABLE one']);
  });
});
