/**
 * Types whose values, written as text by CAST and read again, are the same: a backfill notes as text how far it came.
 * `datetime` and `smalldatetime` become minutes by their default style, `float`, `real` and `money` lose digits
 * (learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql, "Date and time styles", "float and real
 * styles"), so a walk would skip rows or never end.
 */
const EXACT =
  /^(?:tinyint|smallint|int|bigint|uniqueidentifier|date|(?:decimal|numeric)\(\d{1,2}(?:, ?\d{1,2})?\)|datetime2(?:\([0-7]\))?)$/i;
const TEXT = /^n?(?:var)?char\((\d{1,4})\)$/i;

/** Characters that the noted position has room for. */
const MAX_LENGTH = 400;

/** A table cannot be walked by a key of this type. */
export class InexactKey extends RangeError {
  override name = 'InexactKey';

  constructor(table: string, key: string, type: string) {
    super(
      `A backfill cannot walk ${table} by ${key}, a ${type}: how far it came is noted as text, which is not exact for that ` +
        `type. Walk it by another unique column with an index: an integer, a uniqueidentifier, a date, a decimal(p, s), a ` +
        `datetime2(n), or a char or varchar of at most ${MAX_LENGTH} characters.`,
    );
  }
}

/** @throws InexactKey where the type is none that may be noted as text. */
export function assertExactKey({
  table,
  key,
  keyType,
}: {
  table: string;
  key: string;
  keyType: string;
}): void {
  const [, length] = TEXT.exec(keyType) ?? [];
  if (EXACT.test(keyType) || (length !== undefined && isNotable(Number(length)))) return;
  throw new InexactKey(table, key, keyType);
}

function isNotable(length: number): boolean {
  return length >= 1 && length <= MAX_LENGTH;
}
