import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { z } from 'zod';
import type { JudgedStage } from '../rules/judged-stage.ts';
import { stageSchema } from '../rules/template.ts';
import type { Stage } from '../rules/template.ts';
import { stageByName } from '../settings/stages.ts';

const TEMPLATE = '.template.json';

export type StageName = 'dev' | 'prod';
export const STAGE_NAMES: readonly StageName[] = ['dev', 'prod'];

const ruleSchema = z.object({
  ruleName: z.string(),
  violatingConstructs: z.array(z.object({ constructPath: z.string() })),
});
const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      conclusion: z.string(),
      violations: z.array(ruleSchema),
      suppressedViolations: z.array(ruleSchema).default([]),
    }),
  ),
});

/** The templates of a stage, each by its stack's name, such as `network`. */
export function templatesOf(name: StageName): Stage {
  const folder = inject('assemblies')[name];
  const templates = readdirSync(folder)
    .filter((file) => file.endsWith(TEMPLATE))
    .map((file): [string, unknown] => [file.slice(0, -TEMPLATE.length), readJson(folder, file)]);
  return stageSchema.parse(Object.fromEntries(templates));
}

/** A stage as its templates and settings are, for the rules of our own; each call gives a copy that may be changed. */
export function judged(name: StageName): JudgedStage {
  return { settings: stageByName(name), stacks: templatesOf(name) };
}

/** What the judges of the library and of cdk-nag found, and what was explained to them. */
export function reportOf(name: StageName): z.infer<typeof reportSchema> {
  return reportSchema.parse(readJson(inject('assemblies')[name], 'validation-report.json'));
}

export function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}
