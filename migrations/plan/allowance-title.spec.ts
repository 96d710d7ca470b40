import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import { sqlStep } from '../testing/lint-fixtures.ts';
import { runMigrate } from '../testing/run-migrate.ts';
import { openStepFolder } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { stepBatches } from './step-batches.ts';

let folder: StepFolder;
beforeEach(async () => {
  folder = await openStepFolder();
});
afterEach(() => folder.remove());

it('a plan says in front of a step which rules it sets aside, and why', async () => {
  await folder.write(1, 'old', {
    ...sqlStep('DROP TABLE orders'),
    more: `export const lintAllow = [
      { rule: 'drop-table', reason: 'nothing uses it since May' },
      { rule: 'missing-down', reason: 'the rows are in the archive' },
    ];`,
  });
  const title =
    '20300101000000_old.ts, in one transaction; sets aside drop-table: nothing uses it since May; sets aside missing-down: the rows are in the archive';
  const { out } = await runMigrate(['plan', '--directory', folder.path], {});
  expect(out.split('\n')).toContain(`-- ${title}`);
  const steps = await loadSteps(folder.path);
  const titles = steps.flatMap((step) =>
    stepBatches(step, { direction: 'up', previous: undefined, singleRounds: false }),
  );
  expect(titles.map((batch) => batch.title)).toEqual([title]);
});
