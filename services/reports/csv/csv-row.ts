/** Text, a number or an empty cell. Amounts are decimal text (`decimalAmount`), instants ISO text. */
export type CsvCell = string | number | null;

/** A cell for each column, in their order. */
export type CsvRow = readonly CsvCell[];
