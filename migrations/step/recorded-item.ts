import type { Backfill } from './backfill.ts';

/** What a step does, in the order in which it does it, as it was recorded. */
export type RecordedItem =
  | { kind: 'statement'; sql: string }
  /** Rows changed batch by batch, each batch in a transaction of its own. */
  | { kind: 'backfill'; backfill: Backfill };
