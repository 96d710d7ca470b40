import { stringify } from 'csv-stringify/sync';
import type { CsvRow } from './csv-row.ts';
import { neutralCell } from './neutral-cell.ts';

/** Excel takes a file without one for text of the machine's own code page. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * A CSV file by RFC 4180: a line of column names, then the rows, each ended by CRLF, in UTF-8. A page is
 * taken only when the file up to it has been taken, so that nothing is held but a page.
 */
export async function* toCsv(
  columns: readonly string[],
  pages: AsyncIterable<readonly CsvRow[]>,
  { bom = false }: { bom?: boolean } = {},
): AsyncGenerator<Uint8Array> {
  yield Buffer.from((bom ? BYTE_ORDER_MARK : '') + lines([columns]));
  for await (const rows of pages) if (rows.length > 0) yield Buffer.from(lines(rows));
}

function lines(rows: readonly CsvRow[]): string {
  return stringify([...rows], {
    record_delimiter: '\r\n',
    // RFC 4180 wants quotes around either alone, and readers trim what is not in quotes.
    quoted_match: /[\r\n]|^\s|\s$/,
    cast: { string: neutralCell },
  });
}
