import { lintSteps } from '../lint/lint-steps.ts';
import type { Finding } from '../lint/finding.ts';
import { loadSteps } from '../step/load-steps.ts';
import { SHOP, sqlStep } from './lint-fixtures.ts';
import { openStepFolder } from './step-files.ts';
import type { StepText } from './step-files.ts';

/** What is found in steps that follow one which makes the table of {@link SHOP}. */
export async function lintAfterShop(...steps: readonly StepText[]): Promise<Finding[]> {
  const folder = await openStepFolder();
  try {
    await folder.write(1, 'shop', SHOP);
    for (const [index, step] of steps.entries()) await folder.write(index + 2, 'change', step);
    return lintSteps(await loadSteps(folder.path));
  } finally {
    await folder.remove();
  }
}

/** The rules that one step of plain T-SQL breaks, but for what its down lacks. */
export async function rulesOf(up: string | readonly string[], ...down: readonly string[]) {
  const found = await lintAfterShop(sqlStep(up, ...down));
  return found.map(({ rule }) => rule).filter((rule) => rule !== 'missing-down');
}
