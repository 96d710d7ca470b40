export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'mark';
  /** A name without its brackets, a text without its quotes, anything else as it stands. */
  value: string;
  /** Where it stands in the source, from and to. */
  start: number;
  end: number;
}

/** A comment of one line ends at a lone carriage return too: rather read too much than too little. */
const SPACE = /(?:\s+|--[^\r\n]*)+/y;
const COMMENT_MARK = /\/\*|\*\//g;
const PATTERNS: readonly {
  kind: Token['kind'];
  pattern: RegExp;
  read: (text: string) => string;
}[] = [
  {
    kind: 'text',
    pattern: /N?'(?:[^']|'')*'/iy,
    read: (text) => text.replace(/^N?'|'$/gi, '').replaceAll("''", "'"),
  },
  {
    kind: 'name',
    pattern: /\[(?:[^\]]|\]\])*\]/y,
    read: (text) => text.slice(1, -1).replaceAll(']]', ']'),
  },
  {
    kind: 'name',
    pattern: /"(?:[^"]|"")*"/y,
    read: (text) => text.slice(1, -1).replaceAll('""', '"'),
  },
  {
    kind: 'name',
    pattern: /`(?:[^`]|``)*`/y,
    read: (text) => text.slice(1, -1).replaceAll('``', '`'),
  },
  { kind: 'number', pattern: /0x[0-9a-f]*|\d+(?:\.\d*)?(?:e[+-]?\d+)?/iy, read: (text) => text },
  { kind: 'word', pattern: /[@#]*[\p{L}_][\p{L}\p{N}_@#$]*/uy, read: (text) => text },
  { kind: 'mark', pattern: /<>|<=|>=|!=|\+=|[^\s]/y, read: (text) => text },
];

/**
 * Takes SQL apart; comments, which may hold others, and white space are left out. A quote or a
 * comment that never ends is a mark.
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const next = afterSpace(sql, at);
    if (next > at) {
      at = next;
      continue;
    }
    const token = tokenAt(sql, at);
    if (token === undefined) break;
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** Where the white space or the comment ends that begins here; the same place where there is none. */
function afterSpace(sql: string, start: number): number {
  SPACE.lastIndex = start;
  const space = SPACE.exec(sql);
  if (space !== null) return start + space[0].length;
  if (!sql.startsWith('/*', start)) return start;
  COMMENT_MARK.lastIndex = start;
  let depth = 0;
  for (let mark = COMMENT_MARK.exec(sql); mark !== null; mark = COMMENT_MARK.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.index + mark[0].length;
  }
  return start;
}

function tokenAt(sql: string, start: number): Token | undefined {
  for (const { kind, pattern, read } of PATTERNS) {
    pattern.lastIndex = start;
    const match = pattern.exec(sql);
    if (match !== null) {
      return { kind, value: read(match[0]), start, end: start + match[0].length };
    }
  }
  return undefined;
}
