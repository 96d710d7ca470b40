import { openDatabase } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, it, describe } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import type { Step } from '../step/step.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { sqliteTarget } from './sqlite-target.ts';

let folder: StepFolder;
let all: Step[];
let db: Knex;
beforeEach(async () => {
  folder = await openStepFolder();
  for (const [place, purpose] of [
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
    [4, 'four'],
  ] as const) {
    await folder.write(place, purpose, {
      up: statements(`CREATE TABLE ${purpose} (id int)`),
      down: '',
    });
  }
  all = await loadSteps(folder.path);
  db = openDatabase('sqlite::memory:');
});
afterEach(async () => {
  await db.destroy();
  await folder.remove();
});

/** Runs one of the steps, whoever decided that it is its turn. */
function run(place: number, outOfOrder: boolean): Promise<boolean> {
  const target = sqliteTarget(db, () => 0);
  return target.whileLocked(async () => {
    const [step] = all.slice(place - 1);
    if (step === undefined) throw new Error(`There is no step ${place}.`);
    return target.run(step, 'up', { all, outOfOrder, onPart: () => undefined });
  });
}

const failure = (place: number, outOfOrder: boolean) =>
  run(place, outOfOrder).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? String(error.cause) : error),
  );

describe('a step on SQLite whose turn it is not', () => {
  beforeEach(async () => {
    await run(1, false);
    // Another process applied it, and had no step two.
    await db('knex_migrations').insert({ name: all[2]?.name ?? '', batch: 1 });
  });

  it('is not run on top of a later one, unless that is said', async () => {
    expect(await failure(2, false)).toMatch(
      /_two\.ts was not run: a later step is applied already/,
    );
    expect(await db.schema.hasTable('two')).toBe(false);
    expect(await run(2, true)).toBe(true);
    expect(await run(4, false)).toBe(true);
  });

  it('is not run where any step before it is missing, even out of order', async () => {
    expect(await failure(4, true)).toMatch(/_four\.ts was not run: an earlier step is not applied/);
    expect(await db.schema.hasTable('four')).toBe(false);
  });

  it('is not run a second time', async () => {
    expect(await run(1, true)).toBe(false);
  });
});
