import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import { openStepFolder } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { LINT_RULES } from './lint-rules.ts';
import { lintSteps } from './lint-steps.ts';
import { sarifReport } from './sarif-report.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'lint.md');
const [opening = '', ...chapters] = (await readFile(PAGE, 'utf8')).split(/^### /m);
const sections = chapters.map((chapter) => {
  const [title = ''] = chapter.split('\n');
  return { rule: title.trim(), examples: examplesIn(chapter) };
});

/** The steps that a chapter shows. */
function examplesIn(chapter: string): string[] {
  return [...chapter.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
}

let folder: StepFolder;
beforeEach(async () => {
  folder = await openStepFolder();
});
afterEach(() => folder.remove());

describe('the page of the rules', () => {
  it('has a section for each rule, at the anchor that a report links to', () => {
    expect(sections.map(({ rule }) => rule)).toEqual(Object.keys(LINT_RULES));
    const rules = sarifReport([], folder.path).runs[0]?.tool.driver.rules ?? [];
    for (const { id, helpUri } of rules) {
      expect(new URL(helpUri).pathname).toMatch(/\/docs\/lint\.md$/);
      expect(new URL(helpUri).hash).toBe(`#${id}`);
    }
    expect(rules).toHaveLength(sections.length);
  });

  it.each(sections)(
    'shows instead of $rule what passes lint itself',
    async ({ rule, examples }) => {
      expect(examples.length).toBeGreaterThan(0);
      for (const [index, code] of [...examplesIn(opening), ...examples].entries()) {
        await folder.writeCode(index + 1, 'example', code);
      }
      const found = lintSteps(await loadSteps(folder.path));
      expect(found.filter(({ severity }) => severity === 'danger')).toEqual([]);
      for (const { reason } of found) expect(reason, rule).toMatch(/\w+ \w+ \w+/);
    },
  );
});
