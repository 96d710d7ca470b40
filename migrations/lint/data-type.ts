/** What a column of a type takes in a row or a key. */
interface TypeSize {
  /** At most; undefined: out of the row, and in no key. */
  bytes: number | undefined;
  isVariable: boolean;
}

interface TypeParts {
  /** Without its arguments. */
  name: string;
  /** `max` is above any number. */
  sizes: readonly number[];
}

/** Bytes of the types that take no argument (SQL Server 2019, "Data types (Transact-SQL)"). */
const FIXED: ReadonlyMap<string, number> = new Map([
  ['bit', 1],
  ['tinyint', 1],
  ['smallint', 2],
  ['int', 4],
  ['bigint', 8],
  ['smallmoney', 4],
  ['money', 8],
  ['real', 4],
  ['date', 3],
  ['smalldatetime', 4],
  ['datetime', 8],
  ['uniqueidentifier', 16],
  ['rowversion', 8],
  ['timestamp', 8],
]);
const OUT_OF_ROW = ['text', 'ntext', 'image', 'xml', 'geometry', 'geography'];
const WITH_LENGTH: ReadonlyMap<string, { unit: number; most: number }> = new Map([
  ['char', { unit: 1, most: 8000 }],
  ['varchar', { unit: 1, most: 8000 }],
  ['nchar', { unit: 2, most: 4000 }],
  ['nvarchar', { unit: 2, most: 4000 }],
  ['binary', { unit: 1, most: 8000 }],
  ['varbinary', { unit: 1, most: 8000 }],
]);
const TIMES: ReadonlyMap<string, number> = new Map([
  ['time', 3],
  ['datetime2', 6],
  ['datetimeoffset', 8],
]);

export function typeParts(type: string): TypeParts {
  const [, name = type, args] = /^([a-z0-9_]+)(?:\(([^)]*)\))?$/.exec(type) ?? [];
  const sizes = (args ?? '')
    .split(',')
    .filter((size) => size !== '')
    .map((size) => (size === 'max' ? Infinity : Number(size)));
  return { name, sizes };
}

/** What a type takes; undefined where SQL Server has no such type, or not of that size. */
export function sizeOfType(type: string): TypeSize | undefined {
  const { name, sizes } = typeParts(type);
  if (sizes.some((size) => Number.isNaN(size))) return undefined;
  const [first, second] = sizes;
  const length = WITH_LENGTH.get(name);
  if (length !== undefined) return sized(name, first ?? 1, length, sizes.length);
  const time = TIMES.get(name);
  if (time !== undefined) {
    const scale = first ?? 7;
    if (sizes.length > 1 || scale < 0 || scale > 7) return undefined;
    return fixed(time + (scale <= 2 ? 0 : scale <= 4 ? 1 : 2));
  }
  if (name === 'decimal') return decimal(first ?? 18, second ?? 0);
  if (name === 'float') {
    if (sizes.length > 1 || (first ?? 53) < 1 || (first ?? 53) > 53) return undefined;
    return fixed((first ?? 53) <= 24 ? 4 : 8);
  }
  if (sizes.length > 0) return undefined;
  if (OUT_OF_ROW.includes(name)) return { bytes: undefined, isVariable: true };
  if (name === 'sysname') return { bytes: 256, isVariable: true };
  if (name === 'hierarchyid') return { bytes: 892, isVariable: true };
  if (name === 'sql_variant') return { bytes: 8016, isVariable: true };
  const bytes = FIXED.get(name);
  return bytes === undefined ? undefined : fixed(bytes);
}

function sized(
  name: string,
  length: number,
  { unit, most }: { unit: number; most: number },
  count: number,
): TypeSize | undefined {
  const isVariable = name.includes('var');
  if (count > 1) return undefined;
  if (length === Infinity) return isVariable ? { bytes: undefined, isVariable } : undefined;
  return length >= 1 && length <= most ? { bytes: length * unit, isVariable } : undefined;
}

function decimal(precision: number, scale: number): TypeSize | undefined {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) return undefined;
  return fixed(precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17);
}

function fixed(bytes: number): TypeSize {
  return { bytes, isVariable: false };
}
