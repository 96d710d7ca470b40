/** A literal, a name in brackets or quotes, a comment, or a mark; `''` is two literals side by side. */
const PIECE = /'[^']*'|\[[^\]]*(?:\]\][^\]]*)*\]|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|\\?\?/g;

/**
 * A statement of knex with each `?` that stands for a value replaced by `markOf(index)`. One in a
 * literal, a name or a comment is text and stays; knex itself would make a parameter of it, and
 * `N'Ready? Steady'` would be stored as `Ready@p0 Steady`. `\?` is a `?` everywhere, as in knex.
 */
export function replaceMarks(sql: string, markOf: (index: number) => string): string {
  let index = 0;
  return sql.replaceAll(PIECE, (piece) => {
    if (piece !== '?') return piece.replaceAll('\\?', '?');
    index += 1;
    return markOf(index - 1);
  });
}
