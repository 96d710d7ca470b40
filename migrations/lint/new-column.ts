import type { ColumnModel } from '../schema/schema-model.ts';
import { tokenize } from '../schema/tokens.ts';
import { sizeOfType, typeParts } from './data-type.ts';

/** Functions that give every row of one statement the same value. */
const CONSTANT: ReadonlySet<string> = new Set(
  (
    'getdate getutcdate sysdatetime sysutcdatetime sysdatetimeoffset current_timestamp suser_sname suser_name ' +
    'user_name original_login host_name app_name db_name convert cast try_convert try_cast dateadd ' +
    'datefromparts datetimefromparts datetime2fromparts todatetimeoffset switchoffset isnull coalesce nullif ' +
    'concat replicate replace lower upper trim ltrim rtrim left right substring nchar char round floor ceiling'
  ).split(' '),
);

/**
 * Why every row is written anew for a column that is added; undefined where it is but a note in the
 * catalogue. Editions below Enterprise also write a constant default of a NOT NULL column into each row
 * (ALTER TABLE, "Adding NOT NULL Columns as an Online Operation"): that is left to the DBA, who knows
 * the edition.
 */
export function rewriteByColumn(column: ColumnModel, sql: string): string | undefined {
  const words = tokenize(sql).map(({ kind, value }) =>
    kind === 'word' ? value.toUpperCase() : '',
  );
  if (column.identity) return 'IDENTITY';
  if (isRowVersion(column)) return `the type ${column.type}, of which each row has its own`;
  if (column.computed !== undefined) return words.includes('PERSISTED') ? 'PERSISTED' : undefined;
  if (column.default === undefined) return undefined;
  const isWritten = !column.nullable || words.join(' ').includes('WITH VALUES');
  if (!isWritten) return undefined;
  const varies = variesByRow(column.default.definition);
  if (varies !== undefined) return `the default ${varies}, which is another in each row`;
  const isOutOfRow = sizeOfType(column.type)?.bytes === undefined;
  return isOutOfRow || typeParts(column.type).name === 'hierarchyid'
    ? `a default of the type ${column.type}, which is never added online`
    : undefined;
}

/** The server gives each row its version. */
export function isRowVersion({ type }: ColumnModel): boolean {
  return type === 'rowversion' || type === 'timestamp';
}

/** What of an expression may be another in each row. */
function variesByRow(expression: string): string | undefined {
  const tokens = tokenize(expression);
  const call = tokens.find((token, index) => {
    if (token.kind !== 'word' && token.kind !== 'name') return false;
    if (token.value.toUpperCase() === 'NEXT') return true;
    return (
      tokens[index + 1]?.value === '(' &&
      !CONSTANT.has(token.value.toLowerCase()) &&
      isNoType(token.value)
    );
  });
  if (call === undefined) return undefined;
  return call.value.toUpperCase() === 'NEXT' ? 'NEXT VALUE FOR …' : `${call.value}()`;
}

function isNoType(word: string): boolean {
  return sizeOfType(`${word.toLowerCase()}(1)`) === undefined && word.toUpperCase() !== 'IN';
}
