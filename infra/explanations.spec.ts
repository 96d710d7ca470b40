import { readdirSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { STAGE_NAMES, readJson, reportOf } from './testing/assembly.ts';
import type { StageName } from './testing/assembly.ts';

const METADATA = '.metadata.json';
const metadataSchema = z.record(
  z.string(),
  z.array(z.object({ type: z.string(), data: z.unknown() })),
);
const rulesSchema = z.record(z.string(), z.string());

/** Each explanation in the code of a stage: the construct that it counts for, the finding, and the reason. */
function explanationsIn(stage: StageName): { path: string; finding: string; reason: string }[] {
  const folder = inject('assemblies')[stage];
  return readdirSync(folder)
    .filter((file) => file.endsWith(METADATA))
    .flatMap((file) => Object.entries(metadataSchema.parse(readJson(folder, file))))
    .flatMap(([path, entries]) =>
      entries
        .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
        .flatMap(({ data }) => Object.entries(rulesSchema.parse(data)))
        .filter(([finding]) => finding.startsWith('AwsSolutions::'))
        .map(([finding, reason]) => ({
          path: path.slice(1),
          finding: finding.slice('AwsSolutions::'.length),
          reason,
        })),
    );
}

describe.each(STAGE_NAMES)('the findings of cdk-nag in %s', (stage) => {
  const { pluginReports } = reportOf(stage);

  it('are all explained', () => {
    expect(pluginReports.map(({ pluginName }) => pluginName)).toContain('AwsSolutions');
    for (const { conclusion, violations } of pluginReports) {
      expect(violations).toEqual([]);
      expect(conclusion).toBe('success');
    }
  });

  it('are there for every explanation, and every explanation says why', () => {
    const suppressed = pluginReports.flatMap(({ suppressedViolations }) =>
      suppressedViolations.flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => ({ ruleName, constructPath })),
      ),
    );
    const explanations = explanationsIn(stage);

    expect(explanations).not.toEqual([]);
    for (const { path, finding, reason } of explanations) {
      const used = suppressed.some(
        ({ ruleName, constructPath }) => ruleName === finding && constructPath.startsWith(path),
      );
      expect({ path, finding, used }).toEqual({ path, finding, used: true });
      expect(reason).toMatch(/\w+ \w+/);
    }
  });
});
