import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../lint/finding.ts';
import { junitReport } from '../lint/junit-report.ts';
import { lintSteps } from '../lint/lint-steps.ts';
import { sarifReport } from '../lint/sarif-report.ts';
import type { Step } from '../step/step.ts';
import { EXIT } from './exit-code.ts';
import type { LintFormat } from './lint-format.ts';
import type { Report } from './report.ts';

const RULES_PAGE = 'docs/lint.md';

/** The dangers in the steps; those that a step sets aside itself are told and do not count. */
export async function lint(
  steps: readonly Step[],
  { format, directory }: { format: LintFormat; directory: string },
): Promise<Report> {
  const texts = new Map<string, string>();
  for (const { name } of steps) texts.set(name, await readFile(join(directory, name), 'utf8'));
  const findings = lintSteps(steps, ({ name }) => texts.get(name));
  const isClean = findings.every(({ severity }) => severity === 'allowed');
  return {
    exitCode: isClean ? EXIT.done : EXIT.danger,
    text: textOf(steps, findings, { format, directory }),
    json: { findings },
  };
}

function textOf(
  steps: readonly Step[],
  findings: readonly Finding[],
  { format, directory }: { format: LintFormat; directory: string },
): string {
  switch (format) {
    case 'sarif':
      return JSON.stringify(sarifReport(findings, directory), undefined, 2);
    case 'junit':
      return junitReport(
        steps.map(({ name }) => name),
        findings,
        directory,
      );
    case 'text':
    case 'json':
      return forReader(steps.length, findings);
  }
}

function forReader(steps: number, findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ severity, reason, rule, step, line, message, remedy }) => [
    `${severity === 'danger' ? 'DANGER' : 'allowed'} ${rule}  ${step}${line === undefined ? '' : `:${line}`}`,
    `  ${message}`,
    `  ${reason === undefined ? remedy : `set aside: ${reason}`}`,
  ]);
  const dangers = findings.filter(({ severity }) => severity === 'danger').length;
  const summary =
    dangers === 0
      ? `${steps} steps, no danger.`
      : `${steps} steps, ${dangers} ${dangers === 1 ? 'danger' : 'dangers'}. Each rule is explained in ${RULES_PAGE}. A step sets one aside with: export const lintAllow = [{ rule: '<rule>', reason: '<why it is safe here>' }].`;
  return [...lines, summary].join('\n');
}
