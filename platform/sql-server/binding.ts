/** How a value travels as a parameter: a type of a few fixed sizes, so that one text has one plan. */
export type Binding =
  | { type: 'VarChar' | 'NVarChar'; value: string | null; length: number }
  | { type: 'BigInt'; value: number | bigint }
  | { type: 'Float'; value: number }
  | { type: 'Bit'; value: boolean }
  | { type: 'DateTime2'; value: Date; scale: number }
  | { type: 'VarBinary'; value: Buffer; length: number };

/** A value that has no exact counterpart in SQL; the message names its kind, never the value. */
export class UnbindableValue extends TypeError {
  override name = 'UnbindableValue';
}

/** Ids, codes and hashes: most parameters. */
const SHORT = 64;
const MAX_VARCHAR = 8_000;
const MAX_NVARCHAR = 4_000;
/** Any length above the longest declares `(max)`. */
const MAX = 0xffff;
/** `datetime2(3)`: what a JavaScript Date holds. */
const MILLISECONDS = 3;

/**
 * The parameter type of a value:
 * - ASCII text is `varchar`: against a `varchar` key an `nvarchar` would convert, and may scan, the
 *   column, while a `varchar` converts to an `nvarchar` column's type without harm; other text is
 *   `nvarchar`;
 * - a Date is `datetime2(3)`: `datetime` counts in 1/300 s;
 * - whole numbers are `bigint`, which the index of an `int` column serves as well.
 */
export function toBinding(value: unknown): Binding {
  switch (typeof value) {
    case 'string':
      return toText(value);
    case 'number':
      return toNumber(value);
    case 'bigint':
      return { type: 'BigInt', value };
    case 'boolean':
      return { type: 'Bit', value };
    default:
      if (value === null || value === undefined) {
        return { type: 'VarChar', value: null, length: SHORT };
      }
      if (value instanceof Date) return toInstant(value);
      if (Buffer.isBuffer(value)) return { type: 'VarBinary', value, length: MAX };
      throw new UnbindableValue(
        `A ${typeof value} cannot be a parameter: turn it into text first.`,
      );
  }
}

function toText(value: string): Binding {
  if (isAscii(value)) {
    const length = [SHORT, MAX_VARCHAR].find((size) => value.length <= size) ?? MAX;
    return { type: 'VarChar', value, length };
  }
  const length = value.length <= MAX_NVARCHAR ? MAX_NVARCHAR : MAX;
  return { type: 'NVarChar', value, length };
}

function isAscii(value: string): boolean {
  // Control characters are text too; what counts is that every code page has these the same.
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(value);
}

function toNumber(value: number): Binding {
  if (Number.isSafeInteger(value)) return { type: 'BigInt', value };
  if (Number.isFinite(value) && !Number.isInteger(value)) return { type: 'Float', value };
  throw new UnbindableValue('A number beyond the exact integers cannot be a parameter.');
}

function toInstant(value: Date): Binding {
  if (Number.isNaN(value.getTime())) throw new UnbindableValue('An invalid Date is no instant.');
  return { type: 'DateTime2', value, scale: MILLISECONDS };
}
