/** Rows of a page of a file, at most: with twice as many, what a page leaves behind outlives V8's young generation. */
export const ROWS_OF_A_PAGE = 250;

/** Rows that are held already, in pages as a file takes them. */
export function* inPages<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_OF_A_PAGE) {
    yield rows.slice(start, start + ROWS_OF_A_PAGE);
  }
}
