import { modelName } from './object-name.ts';
import { sameName } from './schema-model.ts';
import type { Token } from './tokens.ts';
import { tokenize } from './tokens.ts';
import type { TokenReader } from './token-reader.ts';

/** A table that a query reads, and the name that the query gives it. */
export interface TableSource {
  table: string;
  alias: string;
}

/** `WITH name AS (…)`: a name for a query, which UPDATE and DELETE may change the table through. */
export interface CommonTable {
  name: string;
  sources: readonly TableSource[];
  /** The number behind its TOP. */
  atMost: number | undefined;
}

const BEFORE_A_TABLE = ['FROM', 'JOIN', 'APPLY', 'USING'];
/** Words that follow a table without an alias. */
const NO_ALIAS: ReadonlySet<string> = new Set(
  (
    'ON WHERE JOIN INNER LEFT RIGHT FULL CROSS OUTER WITH SET GROUP ORDER HAVING WHEN OPTION UNION EXCEPT ' +
    'INTERSECT OUTPUT VALUES SELECT USING FOR PIVOT UNPIVOT TABLESAMPLE INTO MERGE HASH LOOP REMOTE'
  ).split(' '),
);

/** Every table that stands in a query, in its subqueries too; functions are none. */
export function readSources(query: string): TableSource[] {
  return sourcesIn(tokenize(query));
}

function sourcesIn(tokens: readonly Token[]): TableSource[] {
  const sources: TableSource[] = [];
  tokens.forEach((token, index) => {
    const word = wordOf(token);
    if (!BEFORE_A_TABLE.includes(word) || wordOf(tokens[index - 1]) === 'DISTINCT') return;
    let at = index + 1;
    for (;;) {
      const { source, end } = sourceAt(tokens, at);
      if (source === undefined) return;
      sources.push(source);
      if (!isMark(tokens[end], ',')) return;
      at = end + 1;
    }
  });
  return sources;
}

function sourceAt(
  tokens: readonly Token[],
  start: number,
): { source: TableSource | undefined; end: number } {
  if (isMark(tokens[start], '(')) return derivedAt(tokens, start);
  let at = start;
  let schema: string | undefined;
  while (isName(tokens[at]) && tokens[at + 1]?.value === '.') {
    const isLeftOut = tokens[at + 2]?.value === '.';
    schema = isLeftOut ? undefined : tokens[at]?.value;
    at += isLeftOut ? 3 : 2;
  }
  const table = tokens[at];
  if (table === undefined || !isName(table)) return { source: undefined, end: at };
  if (tokens[at + 1]?.value === '(') return { source: undefined, end: at };
  at += 1;
  if (wordOf(tokens[at]) === 'AS') at += 1;
  const alias = tokens[at];
  const hasAlias = alias !== undefined && isName(alias) && !NO_ALIAS.has(wordOf(alias));
  if (hasAlias) at += 1;
  if (wordOf(tokens[at]) === 'WITH' && tokens[at + 1]?.value === '(') {
    at = tokens.findIndex((token, index) => index > at && token.value === ')') + 1;
  }
  const name = modelName(schema === undefined ? [table.value] : [schema, table.value]);
  const called = modelName([hasAlias ? alias.value : table.value]);
  return { source: { table: name, alias: called }, end: at };
}

/** `(SELECT … FROM orders) AS o`: a name for the first table in it. */
function derivedAt(
  tokens: readonly Token[],
  start: number,
): { source: TableSource | undefined; end: number } {
  let depth = 0;
  const close = tokens.findIndex((token, index) => {
    if (index >= start && isMark(token, '(')) depth += 1;
    if (index >= start && isMark(token, ')')) depth -= 1;
    return index >= start && depth === 0;
  });
  if (close === -1) return { source: undefined, end: start };
  const [inner] = sourcesIn(tokens.slice(start + 1, close));
  const at = wordOf(tokens[close + 1]) === 'AS' ? close + 2 : close + 1;
  const alias = tokens[at];
  if (inner === undefined || alias === undefined || !isName(alias)) {
    return { source: undefined, end: at };
  }
  return { source: { table: inner.table, alias: modelName([alias.value]) }, end: at + 1 };
}

/** Reads what follows WITH: `a AS (…), b (x, y) AS (…)`. */
export function readCommonTables(reader: TokenReader): CommonTable[] {
  const result: CommonTable[] = [];
  do {
    const name = reader.name();
    if (reader.sees('(')) reader.columns();
    reader.expect('AS');
    const query = reader.enclosed();
    const top = /^SELECT\s+(?:DISTINCT\s+)?TOP\s*\(\s*(\d+)\s*\)(?!\s*PERCENT)/i.exec(query)?.[1];
    const atMost = top === undefined ? undefined : Number(top);
    result.push({ name, sources: readSources(query), atMost });
  } while (reader.take(','));
  return result;
}

/** The table behind the name that UPDATE or DELETE gives: an alias, a common table, or itself. */
export function resolveTarget(
  name: string,
  sources: readonly TableSource[],
  common: readonly CommonTable[],
): { table: string; atMost?: number | undefined } {
  const table = sources.find(({ alias }) => sameName(alias, name))?.table ?? name;
  const index = common.findIndex((one) => sameName(one.name, table));
  const found = common[index];
  const [first] = found?.sources ?? [];
  if (found === undefined || first === undefined) return { table };
  const behind = resolveTarget(first.table, [], common.slice(0, index));
  return { table: behind.table, atMost: found.atMost ?? behind.atMost };
}

function isMark(token: Token | undefined, mark: string): boolean {
  return token?.kind === 'mark' && token.value === mark;
}

function isName(token: Token | undefined): boolean {
  return token?.kind === 'name' || token?.kind === 'word';
}

function wordOf(token: Token | undefined): string {
  return token?.kind === 'word' ? token.value.toUpperCase() : '';
}
