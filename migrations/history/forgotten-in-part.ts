import type { Step } from '../step/step.ts';
import { rowsBeforeForgetting } from './forgetting.ts';
import { isInPart } from './progress.ts';
import type { History, StepState } from './step-state.ts';

/**
 * What was forgotten half-way and has no file of its version here, so that it is none of the steps any more,
 * while what its parts did may stand. It is remembered until its file comes back, or its parts are forgotten, too.
 */
export function forgottenInPart(steps: readonly Step[], { rows }: History): StepState[] {
  const own = new Set(steps.map(({ version }) => version));
  return [...Map.groupBy(rows, ({ version }) => version)].flatMap(([version, ofStep]) => {
    const attempt = rowsBeforeForgetting(ofStep)?.at(-1);
    if (own.has(version) || attempt === undefined || !isInPart(attempt)) return [];
    const none = { step: undefined, formerName: undefined, application: undefined };
    const { name } = attempt;
    return [{ ...none, version, name, status: 'half-forgotten', last: attempt, noted: attempt }];
  });
}
