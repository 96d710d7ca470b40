import { statSync } from 'node:fs';
import type { Step } from '../step/step.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** Refuses a folder of steps that is not there, before anything runs. */
export function assertFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  throw new Refused(
    EXIT.usage,
    found === undefined
      ? `There is no folder ${path}: --directory names the folder of the steps.`
      : `${path} is no folder: --directory names the folder of the steps.`,
  );
}

/** Refuses a folder that holds no steps: against it every database would look up to date, or newer. */
export function assertSteps(steps: readonly Step[], path: string): void {
  if (steps.length > 0) return;
  throw new Refused(
    EXIT.usage,
    `The folder ${path} holds no steps: --directory names the folder of the steps; "new" begins one there.`,
  );
}
