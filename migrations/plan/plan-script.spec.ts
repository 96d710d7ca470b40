import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import type { Direction, Step } from '../step/step.ts';
import { openBatchRunner } from '../testing/batch-runner.ts';
import type { BatchRunner } from '../testing/batch-runner.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { splitScript } from '../testing/split-script.ts';
import { MIGRATION_SETTINGS } from '../migrate.ts';
import { planScript, previousOf } from './plan-script.ts';
import { stepBatches } from './step-batches.ts';

const IN_PARTS = 'export const config = { transaction: false };';

let folder: StepFolder;
let steps: Step[];
let server: BatchRunner;
beforeEach(async () => {
  folder = await openStepFolder();
  await folder.write(1, 'a', {
    up: statements('CREATE TABLE a (id int)'),
    down: statements('DROP TABLE a'),
  });
  await folder.write(2, 'parts', {
    up: statements('CREATE TABLE b1 (id int)', 'CREATE TABLE b2 (id int)'),
    down: statements('DROP TABLE b2', 'DROP TABLE b1'),
    more: IN_PARTS,
  });
  await folder.write(3, 'more', {
    up: statements('CREATE TABLE c1 (id int)', 'CREATE TABLE c2 (id int)'),
    down: statements('DROP TABLE c2', 'DROP TABLE c1'),
    more: IN_PARTS,
  });
  await folder.write(4, 'd', {
    up: statements('CREATE TABLE d (id int)'),
    down: statements('DROP TABLE d'),
  });
  steps = await loadSteps(folder.path);
  server = openBatchRunner();
});
afterEach(() => folder.remove());

/** A plan of these steps, in the order of the direction. */
function scriptOf(wanted: readonly Step[], direction: Direction): string {
  return planScript(wanted, steps, {
    direction,
    lockTimeoutMs: 1_000,
    approval: 'none',
    database: 'shop',
  });
}

const itemsOf = (wanted: readonly Step[], direction: Direction) =>
  wanted
    .flatMap((step) => step[direction] ?? [])
    .flatMap((item) => (item.kind === 'statement' ? [item.sql.replaceAll('dbo.', '')] : []));

const applied = () =>
  server.database
    .prepare('select name from knex_migrations order by id')
    .all()
    .map(({ name }) => name);

const history = () =>
  server.database
    .prepare(
      'select version, name, direction, outcome, items_done from migration_history order by id',
    )
    .all()
    .map((row) => Object.values(row));

const namesOf = (wanted: readonly Step[]) => wanted.map(({ name }) => name);

describe('a plan that is run by hand', () => {
  it.each([0, 1, 2, 3, 4])(
    'does, where %i of its steps are done, just the others, and enters each under its own name',
    (done) => {
      server.runScript(scriptOf(steps.slice(0, done), 'up'));
      const before = history();
      server.executed.length = 0;
      expect(server.runScript(scriptOf(steps, 'up'))).toEqual([]);
      expect(server.executed).toEqual(itemsOf(steps.slice(done), 'up'));
      expect(applied()).toEqual(namesOf(steps));
      expect(history().slice(before.length)).toEqual(
        steps
          .slice(done)
          .map(({ version, name, transaction }) => [
            version,
            name,
            'up',
            'done',
            transaction ? 0 : 2,
          ]),
      );
    },
  );

  it.each([0, 1, 2, 3, 4])('undoes, where %i of its steps are undone, just the others', (done) => {
    const newestFirst = steps.toReversed();
    server.runScript(scriptOf(steps, 'up'));
    server.runScript(scriptOf(newestFirst.slice(0, done), 'down'));
    const before = history();
    server.executed.length = 0;
    expect(server.runScript(scriptOf(newestFirst, 'down'))).toEqual([]);
    expect(server.executed).toEqual(itemsOf(newestFirst.slice(done), 'down'));
    expect(applied()).toEqual([]);
    expect(history().slice(before.length)).toEqual(
      newestFirst
        .slice(done)
        .map(({ version, name, transaction }) => [
          version,
          name,
          'down',
          'done',
          transaction ? 0 : 2,
        ]),
    );
  });

  it('does nothing of a step whose neighbour is missing, whatever the steps after it', () => {
    const errors = server.runScript(scriptOf(steps.slice(1), 'up'));
    expect(new Set(errors)).toEqual(
      new Set(
        steps
          .slice(1)
          .map(
            ({ name }, index) =>
              `${name} was not run: ${steps[index]?.name ?? ''} must be applied first.`,
          ),
      ),
    );
    expect(server.executed).toEqual([]);
    expect(history()).toEqual([]);
  });

  it('undoes nothing of a step while one that was applied after it stands', () => {
    server.runScript(scriptOf(steps, 'up'));
    server.executed.length = 0;
    const [first] = namesOf(steps);
    expect(new Set(server.runScript(scriptOf(steps.slice(0, 1), 'down')))).toEqual(
      new Set([`${first} was not run: what was applied after it must be undone first.`]),
    );
    expect(server.executed).toEqual([]);
  });

  it('does nothing in a session that does not hold the lock', () => {
    const batches = splitScript(scriptOf(steps, 'up'));
    const withoutLock = batches.filter((batch) => !batch.includes('sp_getapplock'));
    expect(withoutLock).toHaveLength(batches.length - 1);
    const errors = server.runScript(withoutLock.join('\nGO\n'));
    expect(errors).toContain(
      `${steps[0]?.name ?? ''} was not run: this session does not hold the migration lock.`,
    );
    expect(errors).toHaveLength(
      1 + steps.reduce((sum, { transaction, up }) => sum + (transaction ? 1 : 2 + up.length), 0),
    );
    expect(server.executed).toEqual([]);
    expect(history()).toEqual([]);
  });

  it('does nothing more once a transaction is left open', () => {
    const batches = splitScript(scriptOf(steps, 'up'));
    const second = batches.findIndex(
      (batch) => batch.includes(steps[1]?.name ?? '') && batch.includes('@attempt'),
    );
    expect(server.runScript(batches.slice(0, second).join('\nGO\n'))).toEqual([]);
    server.window.openTransactions = 1;
    const errors = server.runScript(batches.slice(second).join('\nGO\n'));
    expect(errors.length).toBeGreaterThan(5);
    for (const error of errors) expect(error).toMatch(/was not run: a transaction is open/);
    expect(applied()).toEqual(namesOf(steps.slice(0, 1)));
  });

  it.each([true, false])(
    'executes what its steps say, whatever their texts hold (in one transaction: %s)',
    async (transaction) => {
      const texts = ['x\nGO\n:r y', '$(secret)', 'gr\u00fc\u00df \u{1f600}', "it's \\\n"];
      await folder.write(5, 'texts', {
        up: `await knex.schema.raw('CREATE TABLE t (id int, x text) /*\\nGO 5\\n!! del\\n*/');
             for (const x of ${JSON.stringify(texts)}) await knex('t').insert({ id: 1, x });
             await knex.schema.raw(${JSON.stringify("INSERT INTO t (id, x) VALUES (2, 'one\n go -- two')")});`,
        down: '',
        more: transaction ? '' : IN_PARTS,
      });
      steps = await loadSteps(folder.path);
      expect(server.runScript(scriptOf(steps, 'up'))).toEqual([]);
      expect(server.executed).toEqual(itemsOf(steps, 'up'));
      expect(server.database.prepare('select x from t where id = 2').all()).toEqual([
        { x: 'one\n go -- two' },
      ]);
    },
  );
});

/** The steps that a batch names, in each of the places where it names one. */
function namesIn(sql: string) {
  const all = (pattern: RegExp) => [...sql.matchAll(pattern)].map((match) => match[1]);
  const [guard, ...previous] = all(
    /EXISTS \(SELECT 1 FROM dbo\.knex_migrations WHERE name = N'(.*?)'\)/g,
  );
  return {
    guard,
    previous,
    last: all(/WHERE id > \(SELECT MAX\(id\) FROM dbo\.knex_migrations WHERE name = N'(.*?)'\)\)/g),
    begun: all(/INSERT INTO dbo\.migration_history .* VALUES \('(\d{14}', N'.*?)'/g),
    lookedUp: all(/FROM dbo\.migration_history WHERE version = '(\d{14})'/g),
    marked: all(/(?:SELECT|DELETE FROM dbo\.knex_migrations WHERE name =) N'(.*?)'(?:, ISNULL|;)/g),
  };
}

const OWN_STEPS = await loadSteps(MIGRATION_SETTINGS.directory);

describe.each(['up', 'down'] as const)('every batch of a plan that goes %s', (direction) => {
  it.each([
    ["of Ordercast's own steps", () => OWN_STEPS],
    ['of steps in parts', () => steps],
  ])('%s, asks for its own step and the order, and enters its own', (_which, allOf) => {
    const all = allOf();
    for (const step of all) {
      const previous = previousOf(step, all);
      const batches = stepBatches(step, { direction, previous, singleRounds: true });
      const names = batches.map(({ sql }) => namesIn(sql));
      for (const one of names) {
        expect(one.guard).toBe(step.name);
        const isUp = direction === 'up' && previous !== undefined;
        expect(one.previous).toEqual(isUp ? [previous.name] : []);
        expect(one.last).toEqual(direction === 'up' ? [] : [step.name]);
      }
      expect(names.flatMap(({ begun }) => begun)).toEqual([`${step.version}', N'${step.name}`]);
      expect(names.flatMap(({ marked }) => marked)).toEqual([step.name]);
      const lookedUp = step.transaction ? [] : names.map(() => step.version);
      expect(names.flatMap((one) => one.lookedUp)).toEqual(lookedUp);
    }
  });
});
