import { STYLES } from '../page/look.ts';
import type { Table } from '../report-document.ts';
import type { Typesetter } from '../text/typesetter.ts';

/** Of a column of words, in points, unless its share is less. */
const LEAST_WORDS = 60;
/** Of the whole width, for one column of numbers. */
const MOST_NUMBERS = 0.4;

/**
 * The widths of a table's columns, in points: by their shares, but numbers get the room that they need from columns with more than
 * enough. They add up to `width`.
 */
export function columnWidths(
  { columns, rows, total = [] }: Table,
  width: number,
  padding: number,
  typesetter: Typesetter,
): number[] {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const wished = columns.map(({ share }) => (width * share) / shares);
  const least = columns.map(({ align, title }, index) => {
    const wish = wished[index] ?? 0;
    if (align === 'start') return Math.min(LEAST_WORDS, wish);
    const words = title.split(' ').map((word) => typesetter.line(word, STYLES.smallStrong).width);
    const cells = rows.map((row) => typesetter.line(row[index] ?? '', STYLES.text).width);
    const sum = typesetter.line(total[index] ?? '', STYLES.strong).width;
    const widest = cells.reduce((most, cell) => Math.max(most, cell), Math.max(sum, ...words));
    return Math.min(widest + 2 * padding + 0.1, width * MOST_NUMBERS);
  });
  const needed = least.reduce((sum, part) => sum + part, 0);
  if (needed >= width) return least.map((part) => (part * width) / needed);
  const more = wished.map((wish, index) => Math.max(0, wish - (least[index] ?? 0)));
  const wanted = more.reduce((sum, part) => sum + part, 0);
  return least.map((part, index) => part + ((width - needed) * (more[index] ?? 0)) / wanted);
}
