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

/**
 * Pieces of at most 4,000 characters come to nvarchar(4000), whatever they are together: the server
 * cuts the rest off unless one of them, the first that it reads, is of a large type.
 * https://learn.microsoft.com/sql/t-sql/language-elements/string-concatenation-transact-sql
 */
const MAX_JOINED_LENGTH = 4_000;

function textLiteral(value: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(value) && !value.includes('$(');
  if (isPlain) return `'${value.replaceAll("'", "''")}'`;
  const safe = value
    .replaceAll("'", "''")
    .replaceAll(/[\r\n]/g, (end) => `'+nchar(${end.charCodeAt(0)})+N'`)
    .replaceAll('$(', () => "$'+N'(");
  if (!safe.includes("'+")) return `N'${safe}'`;
  return value.length > MAX_JOINED_LENGTH
    ? `(CAST(N'' AS nvarchar(max))+N'${safe}')`
    : `(N'${safe}')`;
}
