/** A change of many rows, so many that one transaction would lock too much for too long. */
export interface Backfill {
  table: string;
  /** A column that is unique and has an index, by which the table is walked. */
  key: string;
  /** Its type on SQL Server without a collation: `bigint`, `char(26)`, `varchar(64)`. */
  keyType: string;
  /** What is assigned, such as `region = 'eu'`; the same text for every database. */
  set: string;
  /** Which rows need it; all where it is left out. */
  where?: string;
  /** Rows a transaction. Below 5,000, where SQL Server would begin to lock whole tables. */
  batch: number;
}

/** What a step does, in the order in which it does it, as it was recorded. */
export type RecordedItem =
  | { kind: 'statement'; sql: string }
  /** Rows changed batch by batch, each batch in a transaction of its own. */
  | { kind: 'backfill'; backfill: Backfill };
