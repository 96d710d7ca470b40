import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resourcesOf, textOf } from './rules/judged-stage.ts';
import { STAGE_NAMES, judged } from './testing/assembly.ts';

const RUNBOOK = join(import.meta.dirname, '..', 'docs', 'runbook.md');
/** Headings that are for people who come without an alarm. */
const PROCEDURE = 'procedure: ';

function headings(): string[] {
  return [...readFileSync(RUNBOOK, 'utf8').matchAll(/^## (.+)$/gm)].map(
    ([, heading = '']) => heading,
  );
}

function articlesOfAlarms(): string[] {
  const named = STAGE_NAMES.flatMap((name) =>
    resourcesOf(judged(name), 'AWS::CloudWatch::Alarm').map(({ properties }) =>
      textOf(properties['AlarmDescription']).replace('docs/runbook.md#', ''),
    ),
  );
  return [...new Set(named)].sort();
}

it('every alarm has its article in the runbook, and every article its alarm', () => {
  const articles = headings().filter((heading) => !heading.startsWith(PROCEDURE));

  expect(articles.sort()).toEqual(articlesOfAlarms());
});

it('every article says what to check, what it may be, and what to do', () => {
  const [, ...articles] = readFileSync(RUNBOOK, 'utf8').split(/^## /m);

  for (const article of articles.filter((text) => !text.startsWith(PROCEDURE))) {
    expect(article).toMatch(/\*\*Check/);
    expect(article).toMatch(/\*\*Cause/);
    expect(article).toMatch(/\*\*Cure/);
  }
});
