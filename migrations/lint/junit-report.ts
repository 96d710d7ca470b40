import { fileUri } from './file-uri.ts';
import type { Finding } from './finding.ts';

/**
 * The findings as build servers read them (the JUnit XML of Jenkins' xunit plug-in, junit-10.xsd): a
 * suite a step, a failed case a danger, a skipped one where the step sets the rule aside, and one that
 * passes where there is none.
 */
export function junitReport(
  steps: readonly string[],
  findings: readonly Finding[],
  directory: string,
): string {
  const suites = steps.map((step) =>
    suite(
      step,
      findings.filter((finding) => finding.step === step),
      directory,
    ),
  );
  const { tests, failures, errors, time } = counts(findings, steps);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'migrate lint', tests, failures, errors, time })}>`,
    ...suites.flat(),
    '</testsuites>',
  ].join('\n');
}

function suite(step: string, findings: readonly Finding[], directory: string): string[] {
  const cases =
    findings.length === 0
      ? [`    <testcase${attributes({ classname: step, name: 'no danger', time: '0' })}/>`]
      : findings.flatMap((finding) => testCase(finding, directory));
  return [
    `  <testsuite${attributes({ name: step, file: fileUri(directory, step), ...counts(findings, [step]) })}>`,
    ...cases,
    '  </testsuite>',
  ];
}

function testCase(finding: Finding, directory: string): string[] {
  const { rule, severity, reason, step, line, message, remedy } = finding;
  const name = attributes({ classname: step, name: `${rule}: ${message}`, time: '0' });
  const place = `${fileUri(directory, step)}${line === undefined ? '' : `:${line}`}`;
  const outcome =
    severity === 'allowed'
      ? `<skipped${attributes({ message: `set aside: ${reason ?? ''}` })}/>`
      : `<failure${attributes({ message, type: rule })}>${escaped(`${place}\n${remedy}`)}</failure>`;
  return [`    <testcase${name}>`, `      ${outcome}`, '    </testcase>'];
}

/** Cases of the findings, and one for each step without any. */
function counts(findings: readonly Finding[], steps: readonly string[]) {
  const clean = steps.filter((step) => !findings.some((finding) => finding.step === step)).length;
  const failures = findings.filter(({ severity }) => severity === 'danger').length;
  return {
    tests: String(findings.length + clean),
    failures: String(failures),
    errors: '0',
    skipped: String(findings.length - failures),
    time: '0',
  };
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
}

/** XML 1.0 has no place at all for most control characters, nor for half a pair. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\x20-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
