import { tokenize } from '../schema/tokens.ts';
import type { Direction } from '../step/step.ts';

/**
 * The line of a step's file, from 1, that seems to cause a danger. A step is a program, so it is a
 * guess: of its direction's function the line that holds most of the names in question.
 */
export function lineOf(
  { message, direction, sql }: { message: string; direction: Direction; sql: string | undefined },
  text: string,
): number {
  const lines = text.split(/\r?\n/);
  const isAllowance = message.startsWith('lintAllow ');
  const begins = isAllowance
    ? /\blintAllow\b/
    : new RegExp(String.raw`\bfunction\s+${direction}\b|\bconst\s+${direction}\b`);
  const first = Math.max(
    0,
    lines.findIndex((line) => begins.test(line)),
  );
  if (isAllowance) return first + 1;
  const after = lines.findIndex((line, index) => index > first && /^export\b/.test(line));
  const inMessage = namesIn(message);
  const names = [...new Set([...namesIn(sql ?? ''), ...inMessage])];
  let best = { line: first, score: 0 };
  for (let line = first; line < (after === -1 ? lines.length : after); line += 1) {
    const held = new Set(namesIn(lines[line] ?? ''));
    const score = names.filter((name) => held.has(name)).length;
    if (score > best.score) best = { line, score };
  }
  return best.line + 1;
}

/** The words of a text, those inside quotes too. */
function namesIn(text: string): string[] {
  return tokenize(text.replaceAll(/['"`[\]]/g, ' '))
    .filter(({ kind }) => kind === 'word')
    .map(({ value }) => value.toLowerCase());
}
