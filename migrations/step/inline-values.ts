import { cutText } from '@ordercast/platform/cut-text.ts';
import { replaceMarks } from '@ordercast/platform/sql-server/parameter-marks.ts';
import { toLiteral } from './literal.ts';

/** A statement whose question marks and values do not belong together, or mean another thing on each database. */
export class MarksUnclear extends Error {
  override name = 'MarksUnclear';

  constructor(reason: string, sql: string) {
    super(`${reason} It is in: ${cutText(sql.replaceAll(/\s+/g, ' ').trim(), 200)}`);
  }
}

/**
 * A statement of knex with its values in the places of its marks. A `?` in a literal is text, as it
 * is for SQLite. Throws {@link MarksUnclear} for what the databases would not take for the same.
 */
export function inlineValues(sql: string, values: readonly unknown[]): string {
  if (sql.includes('\\?')) {
    throw new MarksUnclear(
      'A step must not write \\?, which SQLite keeps as it is and SQL Server does not: a ? inside ' +
        "quotes needs no backslash; next to values, give the text as a value, too (?, with ['Ready?']).",
      sql,
    );
  }
  let marks = 0;
  const text = replaceMarks(sql, (index) => {
    marks += 1;
    return index < values.length ? toLiteral(values[index]) : '?';
  });
  if (marks !== values.length) {
    throw new MarksUnclear(
      `A step has ${marks} question marks outside of quotes for ${values.length} values.`,
      sql,
    );
  }
  return text;
}
