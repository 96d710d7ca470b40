import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { forget } from '../testing/forget.ts';
import { startLivingServer } from '../testing/living-server.ts';
import type { MigratingServer } from '../testing/migrating-server.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { undo } from '../testing/undo.ts';

const [A, B, E] = ['20300101000000_a.ts', '20300102000000_b.ts', '20300105000000_b.ts'];

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

let steps: StepFolder;
beforeEach(async () => {
  steps = await openStepFolder();
  await steps.write(1, 'a', {
    up: statements('CREATE TABLE a (id int NOT NULL)'),
    down: statements('DROP TABLE a'),
  });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await steps.remove();
});

/** A statement that EDITED replaces: a file that was loaded once is not loaded again. */
const editable = (sql: string) =>
  `await knex.schema.raw(process.env.EDITED ?? ${JSON.stringify(sql)});`;

const file = (name: string) => join(steps.path, name);
const take = (name: string) => rename(file(name), file(`.${name}`));
const putBack = (name: string) => rename(file(`.${name}`), file(name));

const statusesOf = async (migrate: (...args: string[]) => Promise<{ out: string }>) => {
  const { out } = await migrate('status', '--json');
  const read = z
    .object({ steps: z.array(z.object({ name: z.string(), status: z.string() })) })
    .parse(JSON.parse(out));
  return read.steps.map(({ name, status }) => `${name} ${status}`);
};

describe.each(EITHER_DATABASE)(
  'a step that comes back after it was forgotten, on %s',
  (kind, open) => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await open();
      await writeB();
    });
    afterEach(() => database.close());

    const migrate = (...args: readonly string[]) =>
      runHere(args, { directory: steps.path, url: database.url });
    const writeB = (more = '', columns = 'id int NOT NULL') =>
      steps.write(2, 'b', {
        up: editable(`CREATE TABLE b (${columns})`),
        down: statements('DROP TABLE b'),
        more,
      });
    async function forgetB(): Promise<void> {
      await migrate('up');
      await take(B);
      expect((await forget(migrate, B)).code).toBe(0);
    }
    async function appliedNames(): Promise<unknown[]> {
      const rows = await database.run('select name from knex_migrations order by id');
      return rows.map((row) => z.object({ name: z.string() }).parse(row).name);
    }

    describe('while a copy of it is applied', () => {
      beforeEach(async () => {
        await forgetB();
        await database.run('drop table b');
        await copyFile(file(`.${B}`), file(E));
        expect((await migrate('up')).out).toBe(`Applied 1: ${E}`);
        await putBack(B);
      });

      it('is not taken in again, and baseline does not mark it either', async () => {
        const { code, out } = await migrate('repair');
        expect([code, out]).toEqual([
          3,
          containing(
            `Not taken in again, since ${E} does the same under another version and is what is applied: ${B}.\n  Delete one of the two files`,
          ),
        ]);
        const marked = await migrate('baseline', '--to', B);
        expect([marked.code, marked.out]).toEqual([5, containing(`Delete the file ${B}.`)]);
        expect(await appliedNames()).toEqual([A, E]);
      });

      it('is settled by deleting its file', async () => {
        await rm(file(B));
        expect((await migrate('repair')).out).toBe('Nothing to repair.');
        expect((await migrate('up')).code).toBe(0);
        expect((await migrate('verify')).code).toBe(0);
      });

      it('is settled by deleting the file of the copy', async () => {
        await rm(file(E));
        expect((await migrate('repair')).out).toContain(
          `Noted under the new name: ${B} (was ${E})`,
        );
        expect((await migrate('up')).code).toBe(0);
        expect((await migrate('verify')).code).toBe(0);
        expect(await appliedNames()).toEqual([A, B]);
      });
    });

    it.each([
      [
        'whose comment was edited',
        '// a comment',
        'id int NOT NULL',
        'does the same under another version',
      ],
      ['whose statements were edited', '', 'id int NOT NULL, n int', 'makes some of the same'],
    ])('is not taken in again beside a copy %s', async (_what, more, columns, why) => {
      await forgetB();
      await database.run('drop table b');
      await writeB(more, columns);
      await rename(file(B), file(E));
      expect((await migrate('up')).out).toBe(`Applied 1: ${E}`);
      await putBack(B);
      const { code, out } = await migrate('repair');
      expect([code, out]).toEqual([3, containing(why)]);
      expect(out).toContain(`Delete the file ${B}.`);
      expect(await appliedNames()).toEqual([A, E]);
      await rm(file(B));
      expect((await migrate('verify')).code).toBe(0);
    });

    it('is told as edited where it was, and is not counted as what was applied', async () => {
      await forgetB();
      await putBack(B);
      await writeB('// edited');
      expect((await migrate('verify')).out).toContain(
        `${B}: was applied and then forgotten, and its file is here again, edited since (its text alone: the T-SQL is the same)`,
      );
      expect((await migrate('repair', '--dry-run')).out).toContain('Edited as well');
      const { code, out } = await migrate('repair');
      expect([code, out]).toEqual([
        0,
        matching(
          /Taken in again.*_b\.ts\.\nEdited as well, which is not accepted by that .*take the edit back, or "repair" once more\): 20300102000000_b\.ts\./,
        ),
      ]);
      expect(await statusesOf(migrate)).toEqual([`${A} applied`, `${B} changed`]);
      expect((await migrate('up')).code).toBe(5);
      await writeB();
      expect(await statusesOf(migrate)).toEqual([`${A} applied`, `${B} applied`]);
      await writeB('// edited');
      expect((await migrate('repair')).out).toContain(`Accepted as they stand here now: ${B}.`);
      expect((await migrate('up')).code).toBe(0);
    });

    it('and of which the T-SQL was edited is told with the difference, and fits once the edit is taken back', async () => {
      await forgetB();
      await putBack(B);
      vi.stubEnv('EDITED', 'CREATE TABLE b (id int NOT NULL, n int)');
      await writeB('// edited');
      const { out } = await migrate('verify');
      expect(out).toContain('edited since, and its T-SQL is other');
      expect(out).toMatch(/^ {4}- CREATE TABLE/m);
      const repaired = await migrate('repair');
      // What it was is known as T-SQL alone.
      expect([repaired.code, repaired.out]).toEqual(
        kind === 'SQLite'
          ? [3, containing('compared as it stands here: take the edit back and repair again')]
          : [0, containing('Edited as well, which is not accepted by that')],
      );
      vi.unstubAllEnvs();
      await writeB();
      expect((await migrate('repair')).code).toBe(0);
      expect((await migrate('verify')).out).toContain('Sound: 2 of 2');
    });
  },
);

const UP = ['one', 'two', 'three'].map((name) => `CREATE TABLE ${name} (id int NOT NULL)`);
const DOWN = ['three', 'two', 'one'].map((name) => `DROP TABLE ${name}`);
const writeParts = (more = '', [first = '', ...up] = UP) =>
  steps.write(2, 'b', {
    up: `${editable(first)}\n${statements(...up)}`,
    down: statements(...DOWN),
    more: `export const config = { transaction: false }; ${more}`,
  });

describe('a step in parts that was forgotten half-way, on SQL Server', () => {
  let server: MigratingServer;
  beforeEach(async () => {
    server = await startLivingServer();
    await writeParts();
  });
  afterEach(() => server.close());

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: server.url });
  const exec = (sql: string) => server.database.exec(sql);
  const executed = () => server.executed.splice(0);

  /** The first of its parts is done. */
  async function halfApply(...args: readonly string[]): Promise<void> {
    exec('create table two (id int not null)');
    expect((await migrate('up', ...args)).code).toBe(1);
    exec('drop table two');
  }
  async function forgetAndReturn(): Promise<void> {
    await take(B);
    expect((await forget(migrate, B)).code).toBe(0);
    await putBack(B);
    executed();
  }

  it('is forgotten with how many of its parts stand, and what that means', async () => {
    await halfApply();
    await take(B);
    const shown = await migrate('repair', '--forget', B, '--dry-run');
    const words = `${B} is applied in part: 1 of 3 parts; what these have done stays in the database`;
    expect(shown.out).toContain(words);
    const { out } = await migrate('repair', '--forget', B, '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({ forgotten: [{ name: B, inPart: '1 of 3 parts' }] });
    expect((await forget(migrate, B)).out).toContain(words);
  });

  it('is not forgotten by an approval of fewer of its parts', async () => {
    await halfApply();
    await take(B);
    const { out } = await migrate('repair', '--forget', B, '--dry-run', '--json');
    const { approval } = z.object({ approval: z.string() }).parse(JSON.parse(out));
    exec('update migration_history set items_done = 2 where items_done = 1');
    const late = await migrate('repair', '--forget', B, '--approved', approval);
    expect([late.code, late.out]).toEqual([5, containing('is not what was approved')]);
  });

  it('is known as in part when it comes back, and goes on behind the parts that are there', async () => {
    await halfApply();
    await forgetAndReturn();
    expect((await migrate('status')).out).toContain('half-forgotten (1 of 3 parts)');
    expect((await migrate('verify')).out).toContain(
      `${B}: was applied in part (1 of 3 parts) and then forgotten, and its file is here again`,
    );
    for (const args of [['up'], ['plan'], ['up', '--out-of-order']]) {
      const { code, out } = await migrate(...args);
      expect([args, code, out]).toEqual([
        args,
        5,
        containing('was applied in part (1 of 3 parts)'),
      ]);
    }
    const words = `aken in again as applied in part, 1 of 3 parts, since that is what is here: ${B}; "up" goes on behind them.`;
    expect((await migrate('repair', '--dry-run')).out).toContain(`Would be t${words}`);
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([0, containing(`T${words}`)]);
    expect((await migrate('up')).out).toBe(`Applied 1: ${B}`);
    expect(executed()).toEqual(UP.slice(1));
    expect((await migrate('verify')).out).toContain('Sound: 2 of 2');
  });

  it('begins anew where what its parts made was removed by hand', async () => {
    await halfApply();
    await forgetAndReturn();
    exec('drop table one');
    expect((await migrate('repair', '--dry-run')).out).toContain('Would begin anew with "up"');
    expect((await migrate('repair')).out).toContain(
      `Begins anew with "up", since nothing is left of what its parts made: ${B}.`,
    );
    expect(await statusesOf(migrate)).toEqual([`${A} applied`, `${B} pending`]);
    expect((await migrate('up')).out).toBe(`Applied 1: ${B}`);
    expect(executed()).toEqual(UP);
  });

  it('is left where the schema is neither, until that is put right', async () => {
    await halfApply();
    await forgetAndReturn();
    exec('alter table one add column hand int');
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([
      3,
      matching(
        /neither as it was when 1 of 3 parts had been applied, nor as before it.*\n {2}one\.hand/,
      ),
    ]);
    exec('alter table one drop column hand');
    expect((await migrate('repair')).code).toBe(0);
    expect((await migrate('up')).code).toBe(0);
  });

  it('does not go on where it was edited, and does once the edit is taken back', async () => {
    await halfApply();
    await forgetAndReturn();
    vi.stubEnv('EDITED', 'CREATE TABLE other (id int NOT NULL)');
    await writeParts('// edited');
    expect((await migrate('verify')).out).toContain('edited since, and its T-SQL is other');
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([3, containing('Take the edit back and repair again')]);
    vi.unstubAllEnvs();
    await writeParts();
    expect((await migrate('repair')).code).toBe(0);
    expect((await migrate('up')).code).toBe(0);
    expect(executed()).toEqual(UP.slice(1));
  });

  it('begins anew as it was edited where its parts were removed by hand, by what they were then', async () => {
    await halfApply();
    await forgetAndReturn();
    const other = ['CREATE TABLE other (id int NOT NULL)', ...UP.slice(1)];
    vi.stubEnv('EDITED', other[0]);
    await writeParts('// edited');
    expect((await migrate('repair')).code).toBe(3);
    exec('drop table one');
    expect((await migrate('repair')).out).toContain('Begins anew');
    expect((await migrate('up')).code).toBe(0);
    expect(executed()).toEqual(other);
  });

  it('goes on by the history where its parts changed rows alone', async () => {
    exec('create table t (n int)');
    await writeParts('', ['UPDATE a SET id = 1', 'UPDATE t SET n = 2', 'UPDATE a SET id = 3']);
    exec('alter table t rename to gone');
    expect((await migrate('up')).code).toBe(1);
    exec('alter table gone rename to t');
    await forgetAndReturn();
    expect((await migrate('repair')).out).toContain('1 of 3 parts');
    expect((await migrate('up')).code).toBe(0);
    expect(executed()).toEqual(['UPDATE t SET n = 2', 'UPDATE a SET id = 3']);
  });

  it('is run anew once its parts are forgotten, too, where they changed rows alone and were edited', async () => {
    await writeParts('', ['UPDATE a SET id = 1', 'UPDATE absent SET n = 2', 'UPDATE a SET id = 3']);
    expect((await migrate('up')).code).toBe(1);
    await forgetAndReturn();
    vi.stubEnv('EDITED', 'UPDATE a SET id = 4');
    await writeParts('// edited', [
      'UPDATE a SET id = 1',
      'UPDATE absent SET n = 2',
      'UPDATE a SET id = 3',
    ]);
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([
      3,
      containing(
        'take its file away, forget its parts, too, with "repair --forget 20300102000000"',
      ),
    ]);
    exec('create table absent (n int)');
    await take(B);
    expect((await forget(migrate, '20300102000000')).code).toBe(0);
    await putBack(B);
    executed();
    expect((await migrate('up')).out).toBe(`Applied 1: ${B}`);
    expect(executed()).toHaveLength(3);
  });

  it('is named with the up that goes on with it where it comes late', async () => {
    await take(B);
    await steps.write(3, 'c', { up: statements('CREATE TABLE c (id int NOT NULL)'), down: '' });
    await migrate('up');
    await putBack(B);
    await halfApply('--out-of-order');
    await forgetAndReturn();
    expect((await migrate('repair')).out).toContain('"up --out-of-order" goes on behind them');
    expect((await migrate('up', '--out-of-order')).out).toBe(`Applied 1: ${B}`);
    expect(executed()).toEqual(UP.slice(1));
  });

  it('is run anew under a version of its own where its parts were removed by hand', async () => {
    await halfApply();
    await forgetAndReturn();
    exec('drop table one');
    await rename(file(B), file(E));
    expect((await migrate('up')).out).toBe(`Applied 1: ${E}`);
    expect(executed()).toEqual(UP);
  });

  it('and was undone half-way is known as that, and down goes on with it', async () => {
    await migrate('up');
    exec('drop table two');
    expect((await undo(migrate)).code).toBe(1);
    exec('create table two (id int not null)');
    await take(B);
    expect((await migrate('repair', '--forget', B, '--dry-run')).out).toContain(
      `${B} is undone in part: 1 of 3 parts;`,
    );
    await putBack(B);
    await forgetAndReturn();
    expect((await migrate('repair')).out).toContain(
      `Taken in again as undone in part, 1 of 3 parts, since that is what is here: ${B}; "down --dry-run" shows`,
    );
    expect(await statusesOf(migrate)).toEqual([`${A} applied`, `${B} half-undone`]);
    expect((await undo(migrate)).out).toBe(`Undone 1: ${B}`);
    expect(executed()).toEqual(DOWN.slice(1));
  });
});

describe('a step that a history of SQLite calls forgotten half-way', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    const open = EITHER_DATABASE.find(([kind]) => kind === 'SQLite')?.[1];
    if (open === undefined) throw new Error('There is no SQLite.');
    database = await open();
    await migrate('up');
    await database.run(
      `insert into migration_history (version, name, direction, outcome, items_done, started_at) values ('20300102000000', '${B}', 'up', 'failed', 1, '2030-01-01T00:00:00.000Z')`,
    );
    expect((await forget(migrate, B)).out).toContain('1 of ? parts');
    await writeParts();
  });
  afterEach(() => database.close());

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });

  it('begins anew, since a step is one transaction there and left nothing', async () => {
    expect((await migrate('status')).out).toContain('half-forgotten (1 of 3 parts)');
    expect((await migrate('up')).code).toBe(5);
    expect((await migrate('repair')).out).toContain(`Begins anew with "up"`);
    expect((await migrate('up')).out).toBe(`Applied 1: ${B}`);
    expect((await migrate('verify')).code).toBe(0);
  });

  it('is left while some of it stands, with what to remove', async () => {
    await database.run('create table one (id int not null)');
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([
      3,
      matching(/cannot go on in part.*\n {2}one: .*\n {2}Remove that/),
    ]);
    await database.run('drop table one');
    expect((await migrate('repair')).code).toBe(0);
    expect((await migrate('up')).code).toBe(0);
  });
});
