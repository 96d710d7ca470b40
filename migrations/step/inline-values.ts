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

const REMEDY =
  "Give each mark its value. Where values are given, knex takes a ? between quotes or in a comment for a mark, too: give that text as a value (?, with ['Ready?']).";

/** Refuses a raw statement whose marks and values knex would not bring together. Throws {@link MarksUnclear}. */
export function assertBound(sql: string, values: unknown): void {
  if (!Array.isArray(values)) return;
  // As knex counts them: \\? is none, and ?? is one, for a name.
  const marks = [...sql.matchAll(/\\?\?\??/g)].filter(([mark]) => mark !== '\\?').length;
  if (marks === values.length) return;
  throw new MarksUnclear(
    `it has ${marks} question marks for ${values.length} values. ${REMEDY}`,
    sql,
  );
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
      `it has ${marks} question marks outside of quotes for ${values.length} values. ${REMEDY}`,
      sql,
    );
  }
  return text;
}
