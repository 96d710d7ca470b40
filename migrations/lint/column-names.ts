import { key } from '../schema/schema-model.ts';
import type { TableModel } from '../schema/schema-model.ts';
import { tokenize } from '../schema/tokens.ts';
import { sizeOfType } from './data-type.ts';

/** Words of an expression that are no columns. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'AND OR NOT NULL IS IN LIKE BETWEEN CASE WHEN THEN ELSE END ESCAPE AS COLLATE DISTINCT FROM AT TIME ZONE ' +
    'CURRENT_TIMESTAMP CURRENT_USER SESSION_USER SYSTEM_USER USER YEAR QUARTER MONTH DAYOFYEAR DAY WEEK ' +
    'WEEKDAY HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND ISO_WEEK MAX'
  ).split(' '),
);

/** The columns that an expression names, as keys: no function, type, keyword or collation. */
export function columnsIn(expression: string): string[] {
  const tokens = tokenize(expression);
  const names = tokens.filter((token, index) => {
    const [before, after] = [tokens[index - 1], tokens[index + 1]];
    if (after?.value === '(' || (after?.kind === 'mark' && after.value === '.')) return false;
    if (token.kind === 'name') return true;
    if (token.kind !== 'word' || token.value.startsWith('@')) return false;
    if (before?.value.toUpperCase() === 'COLLATE') return false;
    const isType = before?.value.toUpperCase() === 'AS' || isConversion(tokens[index - 2]?.value);
    if (isType && sizeOfType(token.value.toLowerCase()) !== undefined) return false;
    return !WORDS.has(token.value.toUpperCase());
  });
  return [...new Set(names.map(({ value }) => key(value)))];
}

function isConversion(word: string | undefined): boolean {
  return word !== undefined && /^(try_)?convert$/i.test(word);
}

/** Those of the names that are no columns of a table. */
export function missingIn(table: TableModel, names: readonly string[]): string[] {
  const columns = table.columns.map(({ name }) => key(name));
  return names.filter((name) => !columns.includes(key(name)));
}
