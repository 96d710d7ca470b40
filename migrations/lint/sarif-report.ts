import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileUri } from './file-uri.ts';
import type { Finding } from './finding.ts';
import { LINT_RULES } from './lint-rules.ts';

const RULES_PAGE = pathToFileURL(resolve(import.meta.dirname, '..', '..', 'docs', 'lint.md')).href;

/** The findings as SARIF 2.1.0 (OASIS), which code scanning and editors show beside the line. */
export function sarifReport(findings: readonly Finding[], directory: string) {
  const rules = Object.entries(LINT_RULES).map(([id, { danger, remedy }]) => ({
    id,
    shortDescription: { text: danger },
    help: { text: remedy },
    helpUri: `${RULES_PAGE}#${id}`,
    defaultConfiguration: { level: 'error' },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ordercast-migrate-lint', informationUri: RULES_PAGE, rules } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ rule, severity, reason, step, line, message, remedy }) => ({
          ruleId: rule,
          ruleIndex: rules.findIndex(({ id }) => id === rule),
          level: 'error',
          message: { text: `${message}\n${remedy}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: fileUri(directory, step) },
                ...(line !== undefined && { region: { startLine: line } }),
              },
            },
          ],
          // Where any result has suppressions, each must say whether it has some.
          suppressions:
            severity === 'allowed' ? [{ kind: 'inSource', justification: reason ?? '' }] : [],
        })),
      },
    ],
  };
}
