import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { forget } from '../testing/forget.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const [A, B, C] = ['20300101000000_a.ts', '20300102000000_b.ts', '20300103000000_c.ts'];
const VERSION_B = B.slice(0, 14);

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe.each(EITHER_DATABASE)('steps whose files are gone, on %s', (_kind, open) => {
  let steps: StepFolder;
  let database: TestDatabase;
  beforeEach(async () => {
    steps = await openStepFolder();
    database = await open();
    for (const [place, purpose] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ] as const) {
      await steps.write(place, purpose, {
        up: statements(`CREATE TABLE ${purpose} (id int)`),
        down: statements(`DROP TABLE ${purpose}`),
      });
    }
    await migrate('up');
  });
  afterEach(async () => {
    await database.close();
    await steps.remove();
  });

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });
  const take = (name: string) => rename(join(steps.path, name), join(steps.path, `.${name}`));

  async function column(sql: string): Promise<unknown[]> {
    const rows = await database.run(sql);
    return rows.map((row) => z.object({ name: z.string() }).parse(row).name);
  }
  const appliedNames = () => column('select name from knex_migrations order by id');

  async function statuses(): Promise<string[]> {
    const { out } = await migrate('status', '--json');
    const { steps: all } = z
      .object({ steps: z.array(z.object({ name: z.string(), status: z.string() })) })
      .parse(JSON.parse(out));
    return all.map(({ name, status }) => `${name} ${status}`);
  }

  it('are told as deleted, or as those of a newer version, each with the way out', async () => {
    await take(B);
    expect(await statuses()).toEqual([`${A} applied`, `${B} deleted`, `${C} applied`]);
    for (const args of [['up'], ['plan'], ['down', '--to', A]]) {
      const { code, out } = await migrate(...args);
      expect([args, code, out]).toEqual([args, 5, containing(`"repair --forget ${VERSION_B}"`)]);
      expect(out).not.toContain('newer version');
    }
    await take(C);
    const { code, out } = await migrate('up');
    expect([code, out]).toEqual([
      5,
      matching(/newer version of Ordercast: use that version.*repair --forget 20300102000000 20/),
    ]);
  });

  it('are forgotten only where they are named: without names all are listed', async () => {
    await take(B);
    expect((await migrate('repair')).out).toContain(`"repair --forget <version>"`);
    const listed = await migrate('repair', '--forget');
    expect([listed.code, listed.out]).toEqual([2, containing(`\n  ${VERSION_B}  ${B}`)]);
    for (const other of [A, 'nothing']) {
      const { code, out } = await migrate('repair', '--forget', VERSION_B, other);
      expect([code, out]).toEqual([2, containing(`${other} is no step whose file is gone`)]);
    }
    expect(await appliedNames()).toEqual([A, B, C]);
  });

  it('are forgotten with an approval of just those, or by the name of the database', async () => {
    await take(A);
    await take(B);
    const refused = await migrate('repair', '--forget', A);
    expect([refused.code, refused.out]).toEqual([
      5,
      matching(/nobody is at a terminal.*"repair --forget 20300101000000_a\.ts --dry-run"/),
    ]);
    const dry = await migrate('repair', '--forget', A, '--dry-run', '--json');
    const { approval } = z.object({ approval: z.string() }).parse(JSON.parse(dry.out));
    const other = await migrate('repair', '--forget', A, B, '--approved', approval);
    expect([other.code, other.out]).toEqual([5, containing('is not what was approved')]);
    const typing = (typed: string) =>
      runHere(['repair', '--forget', B], {
        directory: steps.path,
        url: database.url,
        confirm: () => Promise.resolve(typed),
      });
    expect((await typing('yes')).out).toContain('Nothing was changed');
    expect(await appliedNames()).toEqual([A, B, C]);
    expect((await typing(database.name)).out).toContain(`left in the database: ${B}.`);
    expect((await migrate('repair', '--forget', A, '--approved', approval)).code).toBe(0);
    expect(await appliedNames()).toEqual([C]);
  });

  it('can be the last one, of a branch that was withdrawn, and all of them', async () => {
    await take(C);
    expect((await forget(migrate, C)).code).toBe(0);
    expect(await statuses()).toEqual([`${A} applied`, `${B} applied`]);
    expect((await migrate('up')).out).toContain('Nothing is pending');
    await take(A);
    await take(B);
    const empty = await migrate('up');
    expect([empty.code, empty.out]).toEqual([
      2,
      containing(`The folder ${steps.path} holds no steps`),
    ]);
    expect((await forget(migrate, A, B)).code).toBe(0);
    expect(await appliedNames()).toEqual([]);
  });

  it('can be one that is applied in part', async () => {
    await database.run(
      `insert into migration_history (version, name, direction, outcome, items_done, started_at) values ('20300102500000', '20300102500000_half.ts', 'up', 'failed', 1, '2030-01-01T00:00:00.000Z')`,
    );
    const { code, out } = await migrate('up');
    expect([code, out]).toEqual([5, matching(/_half\.ts is applied in part.*"repair --forget"/)]);
    await forget(migrate, '20300102500000_half');
    expect((await migrate('up')).code).toBe(0);
  });
});

describe('a step that was forgotten and whose file is here again', () => {
  let steps: StepFolder;
  let database: TestDatabase;
  beforeEach(async () => {
    const sqlite = EITHER_DATABASE.find(([kind]) => kind === 'SQLite');
    if (sqlite === undefined) throw new Error('There is no SQLite.');
    steps = await openStepFolder();
    database = await sqlite[1]();
    await write(1, 'a', 'CREATE TABLE a (id integer NOT NULL)', 'DROP TABLE a');
    await write(2, 'b', 'CREATE TABLE b (id integer NOT NULL)', 'DROP TABLE b');
    await write(3, 'c', 'ALTER TABLE b ADD extra integer', 'ALTER TABLE b DROP COLUMN extra');
    await migrate('up');
    await rename(join(steps.path, B), join(steps.path, `.${B}`));
    expect((await forget(migrate, B)).code).toBe(0);
    await rename(join(steps.path, `.${B}`), join(steps.path, B));
  });
  afterEach(async () => {
    await database.close();
    await steps.remove();
  });

  const write = (place: number, purpose: string, up: string, down: string) =>
    steps.write(place, purpose, { up: statements(up), down: statements(down) });
  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });

  it('is run by nothing, and every refusal names what helps', async () => {
    for (const args of [['up'], ['up', '--out-of-order'], ['plan'], ['up', '--dry-run']]) {
      const { code, out } = await migrate(...args);
      expect([args, code, out]).toEqual([args, 5, containing('"repair" takes it in again')]);
    }
    expect((await migrate('status')).out).toMatch(/ b +forgotten$/m);
    expect((await migrate('status')).out).toContain('0 pending');
  });

  it('is taken in again by repair at its old place, where what it made is there', async () => {
    await database.run('create table of_others (id int)');
    expect((await migrate('repair', '--dry-run')).out).toContain(`Would be taken in again`);
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([
      0,
      containing(`Taken in again, since their files and what they made are here: ${B}.`),
    ]);
    await database.run('drop table of_others');
    expect((await migrate('verify')).out).toContain('Sound: 3 of 3');
    const goes = await migrate('down', '--to', B, '--dry-run');
    expect(goes.out).toContain(`Would undo 1: ${C}`);
    await write(4, 'd', 'CREATE TABLE d (id integer)', 'DROP TABLE d');
    expect((await migrate('up')).out).toBe('Applied 1: 20300104000000_d.ts');
  });

  it('is not taken in where the schema is not as it leaves it, until that is put right', async () => {
    await database.run('alter table b add column hand integer');
    const { code, out } = await migrate('repair');
    expect([code, out]).toEqual([
      3,
      matching(/Not taken in again.*_b\.ts\.\n {2}b\.hand: .* should not be\n {2}Put that right/),
    ]);
    expect(out).not.toContain('Nothing to repair');
    await database.run('alter table b drop column hand');
    expect((await migrate('repair')).code).toBe(0);
    expect((await migrate('verify')).code).toBe(0);
  });

  it('is run anew under a version of its own, as the refusal says', async () => {
    await database.run('alter table b rename to b_of_before');
    expect((await migrate('repair')).out).toContain('give its file a version of its own');
    await rename(join(steps.path, B), join(steps.path, '20300105000000_b.ts'));
    expect((await migrate('up')).out).toBe('Applied 1: 20300105000000_b.ts');
  });
});
