import { lintSteps } from '../lint/lint-steps.ts';
import type { Step } from '../step/step.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/** The dangers in the steps; those that a step allows itself are told and do not count. */
export function lint(steps: readonly Step[]): Report {
  const findings = lintSteps(steps);
  const dangers = findings.filter(({ severity }) => severity === 'danger');
  const lines = findings.flatMap(({ severity, rule, step, message, remedy }) => [
    `${severity === 'danger' ? 'DANGER' : 'allowed'} ${rule}  ${step}`,
    `  ${message}`,
    `  ${remedy}`,
  ]);
  const summary =
    dangers.length === 0
      ? `${steps.length} steps, no danger.`
      : `${steps.length} steps, ${dangers.length} dangers. A step accepts one with: export const lintAllow = ['<rule>'].`;
  return {
    exitCode: dangers.length === 0 ? EXIT.done : EXIT.danger,
    text: [...lines, summary].join('\n'),
    json: { findings },
  };
}
