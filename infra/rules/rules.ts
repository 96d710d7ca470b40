import { accessRules } from './access-rules.ts';
import { dataRules } from './data-rules.ts';
import { gatewayRules } from './gateway-rules.ts';
import type { JudgedStage, Rule } from './judged-stage.ts';
import { networkRules } from './network-rules.ts';
import { operationRules } from './operation-rules.ts';
import { programRules } from './program-rules.ts';
import { reportRules } from './report-rules.ts';
import { tracingRules } from './tracing-rules.ts';

export const RULES: readonly Rule[] = [
  ...networkRules,
  ...dataRules,
  ...gatewayRules,
  ...programRules,
  ...tracingRules,
  ...accessRules,
  ...operationRules,
  ...reportRules,
];

/** Everything that our own rules find wrong with a stage, by the rule's name. */
export function findingsIn(stage: JudgedStage): Map<string, string[]> {
  const findings = RULES.map((rule): [string, string[]] => [rule.name, rule.find(stage)]);
  return new Map(findings.filter(([, texts]) => texts.length > 0));
}
