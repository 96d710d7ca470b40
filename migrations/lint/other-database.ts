import type { Token } from '../schema/tokens.ts';

/** `dbo.orders.id` is a column; of any other name of three parts the first is a database. */
const SCHEMAS = ['dbo', 'sys', 'information_schema'];

/** The database that a statement names beside its own: `USE x`, `x.dbo.t`, `x..t`, `server.x.dbo.t`. */
export function otherDatabaseIn(tokens: readonly Token[]): string | undefined {
  if (tokens[0]?.kind === 'word' && tokens[0].value.toUpperCase() === 'USE')
    return tokens[1]?.value;
  for (let at = 0; at < tokens.length; at += 1) {
    const { parts, end } = chainAt(tokens, at);
    if (parts.length === 0) continue;
    at = end - 1;
    const [first = '', second = ''] = parts;
    if (parts.length < 3 || SCHEMAS.includes(first.toLowerCase())) continue;
    // `a.column.method()` is a call of a value of a type such as xml.
    const isMethod = tokens[end]?.value === '(' && !['', 'dbo'].includes(second.toLowerCase());
    if (!isMethod) return parts.slice(0, -2).join('.');
  }
  return undefined;
}

function chainAt(tokens: readonly Token[], start: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let at = start;
  for (;;) {
    const token = tokens[at];
    if (token?.kind !== 'name' && token?.kind !== 'word') return { parts, end: at };
    parts.push(token.value);
    at += 1;
    while (isPoint(tokens[at])) {
      at += 1;
      if (isPoint(tokens[at])) parts.push('');
      else break;
    }
    if (!isPoint(tokens[at - 1])) return { parts, end: at };
  }
}

function isPoint(token: Token | undefined): boolean {
  return token?.kind === 'mark' && token.value === '.';
}
