import { describe, expect, it } from 'vitest';
import { LONG_TEXTS } from '../testing/long-texts.ts';
import { canonicalExpression } from '../schema/expression.ts';
import { toLiteral } from './literal.ts';

const PIECE = /CAST\(N'' AS nvarchar\(max\)\)|nchar\((\d+)\)|N?'((?:[^']|'')*)'/gy;

/**
 * What SQL Server makes of a literal that is put together: each sum of pieces is cut at 4,000 (8,000
 * of varchar) unless one of the two is of a large type, which a literal longer than that is, too.
 */
function asTheServerReads(literal: string): string {
  const isJoined = literal.startsWith('(');
  const inner = isJoined ? literal.slice(1, -1) : literal;
  let text = '';
  let isLarge = false;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < inner.length) {
    const start = PIECE.lastIndex;
    const [whole, code, quoted = ''] = PIECE.exec(inner) ?? [];
    if (whole === undefined) throw new Error(`This piece is not known: ${inner.slice(start)}`);
    const piece =
      code === undefined ? quoted.replaceAll("''", "'") : String.fromCharCode(Number(code));
    const limit = whole.startsWith("'") ? 8_000 : 4_000;
    isLarge ||= whole.startsWith('CAST') || piece.length > limit;
    text = isLarge ? text + piece : (text + piece).slice(0, limit);
    if (inner[PIECE.lastIndex] === '+') PIECE.lastIndex += 1;
  }
  return text;
}

describe('the literal of a text', () => {
  it.each(LONG_TEXTS)('says all of it: %s', (_what, text) => {
    expect(asTheServerReads(toLiteral(text)) === text).toBe(true);
  });

  it('is without a cast while it is short, so that nothing is another than it was', () => {
    expect(toLiteral('a\r\nb$(c)')).toBe("(N'a'+nchar(13)+N''+nchar(10)+N'b$'+N'(c)')");
    expect(toLiteral(`${'x'.repeat(3_999)}\n`)).not.toContain('CAST');
  });

  it('is compared with what the server makes of it in a default', () => {
    const written = toLiteral(`${'x'.repeat(4_000)}\n`);
    const stored = `(${written
      .slice(1, -1)
      .replace("CAST(N'' AS nvarchar(max))", "CONVERT([nvarchar](max),N'')")
      .replace('nchar(10)', 'nchar((10))')})`;
    expect(canonicalExpression(written)).toBeDefined();
    expect(canonicalExpression(written)).toBe(canonicalExpression(stored));
  });
});
