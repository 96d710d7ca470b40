import { statementLines } from '../step/statements-text.ts';

const MOST_LINES = 40;
/** Above this many comparisons the lines are not matched one by one: they are told as gone and new. */
const MOST_COMPARISONS = 4_000_000;

/**
 * The lines that went (`- `) and that came (`+ `) between two recordings of a step, at most
 * {@link MOST_LINES} of them. Undefined where the earlier one was not kept.
 */
export function statementDifference(before: string | null, after: string): string[] | undefined {
  const old = before === null ? undefined : statementLines(before)?.flatMap(pieces);
  const now = statementLines(after)?.flatMap(pieces);
  if (old === undefined || now === undefined) return undefined;
  const lines = changes(old, now);
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more lines`];
}

/** A line that is longer is compared column by column, as far as it is a list. */
const LONG_LINE = 100;
/** What stands before a piece of a longer line: the beginning of that line, such as `CREATE TABLE a`. */
const WITHIN = ': ';
const NAMED_STATEMENT = /^(?:CREATE|ALTER) TABLE [^\s(]+/i;

/** A long statement that makes or alters a table, as its columns and constraints, each with the table before it. */
function pieces(line: string): string[] {
  const head = NAMED_STATEMENT.exec(line)?.[0];
  if (head === undefined || line.length <= LONG_LINE) return [line];
  const isWhole = line.slice(head.length).trimStart().startsWith('(') && line.endsWith(')');
  const rest = line.slice(head.length).trim();
  const list = isWhole ? rest.slice(1, -1) : rest;
  return splitList(list).map((piece) => `${head}${WITHIN}${piece}`);
}

const LIST_TOKEN = /'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[(),]|[^'"[(),]+|./gs;

/** What the commas part that stand in no brackets, quotes or names. */
function splitList(text: string): string[] {
  const found = [''];
  let depth = 0;
  for (const [token] of text.matchAll(LIST_TOKEN)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) found.push('');
    else found.push(`${found.pop() ?? ''}${token}`);
  }
  return found.map((one) => one.trim());
}

function changes(old: readonly string[], now: readonly string[]): string[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return changesWithin(old.slice(start, old.length - end), now.slice(start, now.length - end));
}

function changesWithin(old: readonly string[], now: readonly string[]): string[] {
  const gone = (line: string) => `- ${line}`;
  const came = (line: string) => `+ ${line}`;
  if (old.length * now.length > MOST_COMPARISONS) return [...old.map(gone), ...now.map(came)];
  const common = commonLengths(old, now);
  const result: string[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [one, other] = [old[i], now[j]];
    if (one === undefined && other === undefined) return result;
    if (one !== undefined && one === other) {
      i += 1;
      j += 1;
    } else if (one !== undefined && (other === undefined || common(i + 1, j) >= common(i, j + 1))) {
      result.push(gone(one));
      i += 1;
    } else if (other !== undefined) {
      result.push(came(other));
      j += 1;
    }
  }
}

/** How many lines are common, in order, of what is left of each text from a place on. */
function commonLengths(old: readonly string[], now: readonly string[]) {
  const width = now.length + 1;
  const table = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return at;
}
