import type { ColumnModel } from '../schema/schema-model.ts';
import { sizeOfType, typeParts } from './data-type.ts';

type Typed = Pick<ColumnModel, 'type' | 'collation'>;

/** Families of types, each of which takes all that the ones before it take. */
const FAMILIES: readonly (readonly string[])[] = [
  ['bit', 'tinyint', 'smallint', 'int', 'bigint'],
  ['smalldatetime', 'datetime', 'datetime2', 'datetimeoffset'],
  ['date', 'datetime2', 'datetimeoffset'],
  ['real', 'float'],
  ['char', 'varchar', 'nvarchar'],
  ['nchar', 'nvarchar'],
  ['binary', 'varbinary'],
];

/** Why not every value of a column fits its new type; undefined where each does. */
export function narrowingOf(before: Typed, after: Typed): string | undefined {
  const [oldType, newType] = [typeOf(before.type), typeOf(after.type)];
  if (oldType.name !== newType.name && !isWidening(oldType.name, newType.name)) {
    return `${oldType.name} values may not fit ${newType.name}`;
  }
  const shorter = oldType.sizes.findIndex((size, index) => (newType.sizes[index] ?? size) < size);
  if (shorter !== -1) return 'it takes less';
  if (before.collation !== after.collation) return 'the collation changes: keys may collide';
  return undefined;
}

/**
 * Whether the rows must be written anew for a type that takes more. Only the longer limit of a type of
 * variable length is a note in the catalogue, and not where it becomes `max` (Michael J. Swart, "Altering
 * Text Columns: Only a Metadata Change?").
 */
export function isRewrite(before: Typed, after: Typed): boolean {
  if (typeOf(before.type).name !== typeOf(after.type).name) return true;
  const [old, now] = [sizeOfType(before.type), sizeOfType(after.type)];
  if (old === undefined || now === undefined || old.bytes === now.bytes) return false;
  return !now.isVariable || now.bytes === undefined;
}

function isWidening(from: string, to: string): boolean {
  return FAMILIES.some((family) => {
    const [a, b] = [family.indexOf(from), family.indexOf(to)];
    return a !== -1 && b !== -1 && a < b;
  });
}

/** What a type has where it names no size. */
const DEFAULT_SIZE: ReadonlyMap<string, number> = new Map([
  ...['datetime2', 'time', 'datetimeoffset'].map((name) => [name, 7] as const),
  ...['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary'].map(
    (name) => [name, 1] as const,
  ),
  ['decimal', 18],
  ['float', 53],
  // Three digits of a second; a smalldatetime has none.
  ['datetime', 3],
]);

/** `decimal(10,2)` counts digits before the point and after it. */
function typeOf(text: string): { name: string; sizes: readonly number[] } {
  const { name, sizes } = typeParts(text);
  const [first = DEFAULT_SIZE.get(name), second = 0] = sizes;
  if (first === undefined) return { name, sizes };
  return { name, sizes: name === 'decimal' ? [first - second, second] : [first] };
}
