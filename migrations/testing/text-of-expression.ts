const PIECE = /N'((?:[^']|'')*)'|NCHAR\((\d+)\)|CAST\(0x([0-9A-F]+) AS nvarchar\(2\)\)/g;
const PUT_TOGETHER = String.raw`CAST\((?:${PIECE.source}) AS nvarchar\(max\)\)(?: \+ (?:${PIECE.source}))*`;
const WHOLE = new RegExp(`^(?:${PUT_TOGETHER}|N'(?:[^']|'')*')$`);

/** Whether T-SQL is nothing but a text, or pieces of one that the server puts together. */
export function isTextExpression(expression: string): boolean {
  return WHOLE.test(expression);
}

/** What the server makes of it; a backslash before a line break it takes for a line that goes on. */
export function textOf(expression: string): string {
  return [...expression.matchAll(PIECE)]
    .map(([, text, code, units]) => {
      if (code !== undefined) return String.fromCharCode(Number(code));
      if (units !== undefined) return Buffer.from(units, 'hex').toString('utf16le');
      return (text ?? '').replaceAll("''", "'").replaceAll('\\\n', '');
    })
    .join('');
}

/** T-SQL with each text in one piece. */
export function withPlainTexts(sql: string): string {
  return sql.replaceAll(
    new RegExp(PUT_TOGETHER, 'g'),
    (expression) => `N'${textOf(expression).replaceAll("'", "''")}'`,
  );
}
