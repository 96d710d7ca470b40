import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { junitReport } from './junit-report.ts';
import { LINT_RULES } from './lint-rules.ts';
import { sarifReport } from './sarif-report.ts';

const finding = (more: Partial<Finding>): Finding => ({
  rule: 'heap',
  severity: 'danger',
  step: '1_a.ts',
  message: 'said',
  remedy: 'do this',
  ...more,
});

describe('a report', () => {
  it('of SARIF says of each finding which of its rules it is', () => {
    const [run] = sarifReport(
      [finding({ rule: 'heap' }), finding({ rule: 'rename' })],
      'versions',
    ).runs;
    const rules = run?.tool.driver.rules ?? [];
    expect(rules).toHaveLength(Object.keys(LINT_RULES).length);
    expect(run?.results.map(({ ruleIndex }) => rules[ruleIndex]?.id)).toEqual(['heap', 'rename']);
  });

  it('of SARIF has no region where no line is known', () => {
    const [run] = sarifReport([finding({}), finding({ line: 7 })], 'versions').runs;
    const regions = run?.results.map(
      ({ locations }) => locations[0]?.physicalLocation.region?.startLine,
    );
    expect(regions).toEqual([undefined, 7]);
  });

  it('of JUnit holds any text, and nothing that XML has no place for', () => {
    const message = 'a\n\tb & <c> "d" \u0000\u001b\ud800 \u{1f600}';
    const report = junitReport(['1_a.ts'], [finding({ message, line: 7 })], 'versions');
    const written = 'a&#10;&#9;b &amp; &lt;c&gt; &quot;d&quot; \ufffd\ufffd\ufffd \u{1f600}';
    expect(report).toContain(`<failure message="${written}" type="heap">`);
    expect(report).toContain(`name="heap: ${written}"`);
    expect(report).toContain('versions/1_a.ts:7&#10;do this</failure>');
  });

  it('of JUnit counts what failed, what is set aside, and a step without any', () => {
    const report = junitReport(
      ['1_a.ts', '2_b.ts'],
      [finding({}), finding({ severity: 'allowed', reason: 'it is safe' })],
      'versions',
    );
    expect(report).toContain('<testsuites name="migrate lint" tests="3" failures="1" errors="0"');
    expect(report).toMatch(
      /name="1_a\.ts" file="versions\/1_a\.ts" tests="2" failures="1" errors="0" skipped="1"/,
    );
    expect(report).toContain('<skipped message="set aside: it is safe"/>');
    expect(report).toMatch(/name="2_b\.ts" .*tests="1" failures="0"/);
  });
});
