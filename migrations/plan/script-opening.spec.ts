import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import type { Step } from '../step/step.ts';
import { openBatchRunner } from '../testing/batch-runner.ts';
import type { BatchRunner } from '../testing/batch-runner.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { splitScript } from '../testing/split-script.ts';
import { planScript } from './plan-script.ts';

let folder: StepFolder;
let steps: Step[];
let server: BatchRunner;
beforeEach(async () => {
  folder = await openStepFolder();
  await folder.write(1, 'a', { up: statements('CREATE TABLE a (id int)'), down: '' });
  await folder.write(2, 'parts', {
    up: statements('CREATE TABLE b (id int)', 'CREATE TABLE c (id int)'),
    down: '',
    more: 'export const config = { transaction: false };',
  });
  steps = await loadSteps(folder.path);
  server = openBatchRunner();
});
afterEach(() => folder.remove());

function scriptFor(database: string | undefined, all: readonly Step[] = steps): string {
  return planScript(all, all, { direction: 'up', lockTimeoutMs: 0, approval: '', database });
}

/** All that the database holds of steps. */
const remembered = () => [
  ...server.database.prepare('select name from knex_migrations').all(),
  ...server.database.prepare('select name, outcome from migration_history').all(),
];

/** Runs it and expects that nothing of it was done; why. */
function refusal(script: string): string | undefined {
  const before = remembered();
  server.executed.length = 0;
  const [reason, ...others] = server.runScript(script);
  expect(server.executed).toEqual([]);
  expect(remembered()).toEqual(before);
  // Each batch refuses for itself, since SSMS runs them all.
  expect(others.every((text) => text.includes('does not hold the migration lock'))).toBe(true);
  expect(others.length).toBeGreaterThanOrEqual(5);
  return reason;
}

const edited = (step: Step): Step => ({ ...step, checksum: 'f'.repeat(64) });

describe('a script in a window', () => {
  it('of another database does nothing, and names both', () => {
    expect(refusal(scriptFor('sh\u00f6p'))).toBe(
      'Nothing was changed: this script is for the database sh\u00f6p, and the window is on shop.',
    );
    server.window.database = "o'brien $(x) \u{1f600}";
    expect(server.runScript(scriptFor("o'brien $(x) \u{1f600}"))).toEqual([]);
  });

  it('on a system database does nothing, also where it is bound to none', () => {
    server.window.database = 'master';
    expect(refusal(scriptFor(undefined))).toMatch(/system database master/);
    expect(scriptFor(undefined)).toMatch(/^-- BOUND TO NO DATABASE/m);
    expect(scriptFor('shop')).toMatch(/^-- For the database shop alone/m);
  });

  it('with an open transaction does nothing, and says what to do', () => {
    server.window.openTransactions = 1;
    expect(refusal(scriptFor('shop'))).toMatch(/transaction is open.*COMMIT or ROLLBACK/);
  });

  it('whose user has another default schema does nothing', () => {
    server.window.schema = 'ada';
    expect(refusal(scriptFor('shop'))).toMatch(/default schema .* must be dbo, and is ada/);
  });

  it('that kept the lock of a failed run does nothing where it is refused now', () => {
    server.database.exec('create table b (id int)');
    expect(
      server.runScript(splitScript(scriptFor('shop')).slice(0, -1).join('\nGO\n')),
    ).not.toEqual([]);
    expect(server.lockHolder()).toBe(0);
    server.database.exec('drop table b');
    server.window.openTransactions = 1;
    expect(refusal(scriptFor('shop'))).toMatch(/transaction is open/);
    server.window.openTransactions = 0;
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
  });

  it('begins with its settings, of which implicit transactions come first', () => {
    const [settings = ''] = splitScript(scriptFor('shop'));
    const lines = settings.split('\n').filter((line) => !line.startsWith('--') && line !== '');
    expect(lines[0]).toBe('SET IMPLICIT_TRANSACTIONS OFF;');
    expect(lines).toContain('SET ROWCOUNT 0;');
    expect(lines).toContain('SET DATEFORMAT ymd;');
    expect(lines.every((line) => line.startsWith('SET '))).toBe(true);
  });

  it('says how sqlcmd is called', () => {
    expect(scriptFor('shop')).toMatch(/^-- .*sqlcmd -S <server> -d shop -b -I -x -i <this file>$/m);
    expect(scriptFor('my shop')).toMatch(/sqlcmd -S <server> -d <database> -b/);
  });
});

describe('a script on a database', () => {
  it('where a step of it was edited since does nothing, and names the step', () => {
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
    const later = steps.map((step, index) => (index === 0 ? edited(step) : step));
    expect(refusal(scriptFor('shop', later))).toMatch(/_a\.ts was edited after it/);
    // What "repair" notes.
    server.database.exec(
      `insert into migration_history (version, name, direction, checksum, outcome, items_done, started_at)
       values ('20300101000000', '20300101000000_a.ts', 'repair', '${'f'.repeat(64)}', 'done', 0, '')`,
    );
    expect(server.runScript(scriptFor('shop', later))).toEqual([]);
  });

  it('where a step that is half applied was edited does nothing', () => {
    server.database.exec('create table c (id int)');
    expect(server.runScript(scriptFor('shop'))).not.toEqual([]);
    server.database.exec('drop table c');
    const later = steps.map((step, index) => (index === 1 ? edited(step) : step));
    expect(refusal(scriptFor('shop', later))).toMatch(
      /_parts\.ts was edited after 1 of 2 parts had been applied/,
    );
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
  });

  it('where a step that is half applied comes to other T-SQL does nothing', () => {
    server.database.exec('create table c (id int)');
    expect(server.runScript(scriptFor('shop'))).not.toEqual([]);
    server.database.exec('drop table c');
    const recompiled = (index: number) =>
      steps.map((step, at) =>
        at === index ? { ...step, statementsChecksum: 'f'.repeat(64) } : step,
      );
    expect(refusal(scriptFor('shop', recompiled(1)))).toMatch(
      /_parts\.ts comes to other T-SQL than when 1 of 2 parts/,
    );
    // Of one that is applied that is no edit.
    expect(server.runScript(scriptFor('shop', recompiled(0)))).toEqual([]);
  });

  it('whose backfill has come as far as some row, and was edited since, does nothing', () => {
    server.runScript(scriptFor('shop', steps.slice(0, 1)));
    server.database.exec(
      `insert into migration_history (version, name, direction, checksum, statements_checksum, outcome, items_done, item_cursor, started_at)
       values ('20300102000000', '20300102000000_parts.ts', 'up', '${'f'.repeat(64)}', '', 'failed', 0, '42', '')`,
    );
    expect(refusal(scriptFor('shop'))).toMatch(
      /_parts\.ts was edited after 0 of 2 parts, and rows up to 42 had been applied/,
    );
  });

  it('whose history keeps file and T-SQL as one goes on, unless one of them is another', () => {
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
    const [first] = steps;
    server.database.exec(
      `update migration_history set statements = null, statements_checksum = null, checksum = '${first?.combinedChecksum ?? ''}'
       where name = '${first?.name ?? ''}'`,
    );
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
    const later = steps.map((step) => ({ ...step, combinedChecksum: 'f'.repeat(64) }));
    expect(refusal(scriptFor('shop', later))).toMatch(/_a\.ts was edited after it/);
  });

  it('adds to a history of before what it keeps now', () => {
    for (const column of ['statements', 'statements_checksum']) {
      server.database.exec(`alter table migration_history drop column ${column}`);
    }
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
    const rows = server.database.prepare('select statements from migration_history').all();
    expect(rows.map((row) => row['statements'])).toEqual(steps.map((step) => step.statements));
  });

  it('that holds a step which it does not know does nothing', () => {
    server.database.exec("insert into knex_migrations (name) values ('29990101000000_future.ts')");
    expect(refusal(scriptFor('shop'))).toMatch(/29990101000000_future\.ts is applied.*newer/);
  });

  it('whose steps knex applied goes on: nobody noted what they were', () => {
    server.database.exec(`insert into knex_migrations (name) values ('${steps[0]?.name ?? ''}')`);
    expect(server.runScript(scriptFor('shop'))).toEqual([]);
    expect(server.executed).toEqual(['CREATE TABLE b (id int)', 'CREATE TABLE c (id int)']);
  });
});
