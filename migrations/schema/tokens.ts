export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'mark';
  /** A name without its brackets, a text without its quotes, anything else as it stands. */
  value: string;
  /** Where it stands in the source, from and to. */
  start: number;
  end: number;
}

const SPACE = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;
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

/** Takes SQL apart; comments and white space are left out. A quote that never ends is a mark. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    SPACE.lastIndex = at;
    const space = SPACE.exec(sql);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const token = tokenAt(sql, at);
    if (token === undefined) break;
    tokens.push(token);
    at = token.end;
  }
  return tokens;
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
