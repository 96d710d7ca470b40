/** A value of a step that has no literal in T-SQL. */
export class NoLiteral extends TypeError {
  override name = 'NoLiteral';
}

/**
 * A value as T-SQL text. A line break or `$(` inside a literal would be read by sqlcmd (`GO` on a
 * line of its own, a variable), so both are put together by the server instead.
 */
export function toLiteral(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return textLiteral(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      throw new NoLiteral('A step may not write a number that is not finite.');
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? '1' : '0';
    default:
      if (value === null || value === undefined) return 'NULL';
      if (value instanceof Date) return `convert(datetime2(3), '${isoLiteral(value)}', 126)`;
      if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
      throw new NoLiteral(`A step may not write a ${typeof value}: turn it into text first.`);
  }
}

function isoLiteral(value: Date): string {
  return value.toISOString().replace('Z', '');
}

function textLiteral(value: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(value) && !value.includes('$(');
  if (isPlain) return `'${value.replaceAll("'", "''")}'`;
  const safe = value
    .replaceAll("'", "''")
    .replaceAll(/[\r\n]/g, (end) => `'+nchar(${end.charCodeAt(0)})+N'`)
    .replaceAll('$(', () => "$'+N'(");
  return safe.includes("'+") ? `(N'${safe}')` : `N'${safe}'`;
}
