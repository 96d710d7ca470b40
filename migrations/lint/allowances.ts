import type { Step } from '../step/step.ts';
import type { Danger } from './finding.ts';
import { LINT_RULES } from './lint-rules.ts';

/** Rules that a step sets aside without breaking them, or twice, or that do not exist. */
export function unusedAllowances(step: Step, found: readonly Danger[]): Danger[] {
  return step.allowed.flatMap(({ rule }, index): Danger[] => {
    if (!Object.hasOwn(LINT_RULES, rule)) {
      return [unused(`lintAllow names ${rule}, and there is no such rule`)];
    }
    if (step.allowed.findIndex((one) => one.rule === rule) < index) {
      return [unused(`lintAllow names ${rule} twice`)];
    }
    const isBroken = found.some((danger) => danger.rule === rule);
    return isBroken ? [] : [unused(`lintAllow sets ${rule} aside, and nothing breaks it`)];
  });
}

function unused(message: string): Danger {
  return { rule: 'unused-allowance', message };
}
