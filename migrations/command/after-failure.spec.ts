import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { undo } from '../testing/undo.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe.each(EITHER_DATABASE)('a step in parts that fails on %s', (kind, open) => {
  let steps: StepFolder;
  let database: TestDatabase;
  beforeEach(async () => {
    steps = await openStepFolder();
    database = await open();
    await steps.write(1, 'a', { up: statements('CREATE TABLE a (id int)'), down: '' });
    await steps.write(2, 'b', {
      up: statements('CREATE TABLE b (id int)', 'CREATE TABLE c (id int)'),
      down: statements('DROP TABLE c', 'DROP TABLE b'),
      more: 'export const config = { transaction: false };',
    });
  });
  afterEach(async () => {
    await database.close();
    await steps.remove();
  });

  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });
  const left = (again: string) =>
    kind === 'SQLite'
      ? new RegExp(`left nothing half done, .*run "${again}" again\\.$`)
      : new RegExp(`The parts before it are done and noted .*"${again}" goes on from there\\.$`);

  it('says so in sentences with one space between them', async () => {
    await migrate('up', '--to', '20300101000000');
    await database.run('create table c (id int)');
    const { out } = await migrate('up');
    expect(out).toMatch(/failed: .+ (?:The step left|The parts before)/);
    expect(out).not.toMatch(/ {2}/);
  });

  it('says truly what is left of it, and by which command it goes on', async () => {
    await migrate('up', '--to', '20300101000000');
    await database.run('create table c (id int)');
    const up = await migrate('up', '--to', '20300102000000');
    expect([up.code, up.out]).toEqual([1, matching(left('up --to 20300102000000'))]);
    const tables = await database.run("select name from sqlite_master where name = 'b'");
    expect(tables).toHaveLength(kind === 'SQLite' ? 0 : 1);
    await database.run('drop table c');
    expect((await migrate('up', '--to', '20300102000000')).code).toBe(0);
    await database.run('drop table b');
    const down = await undo(migrate, '--to', '20300101000000');
    // What is left to undo is another thing to approve.
    expect([down.code, down.out]).toEqual([
      1,
      matching(left('down --to 20300101000000 --dry-run')),
    ]);
  });
});
