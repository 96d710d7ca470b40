/** A row of `migration_history`. Instants are epoch milliseconds. */
export interface HistoryRow {
  id: number;
  version: string;
  name: string;
  direction: 'up' | 'down' | 'baseline' | 'repair';
  /** Null where nobody knew it: of a step that was forgotten, or that knex had applied. */
  checksum: string | null;
  /** Null in rows of before file and T-SQL were told apart; `checksum` is of both then. */
  statementsChecksum: string | null;
  statements: string | null;
  outcome: 'started' | 'done' | 'failed';
  itemsDone: number;
  /** The key up to which a backfill has come; null outside of one. */
  itemCursor: string | null;
  startedAt: number;
  durationMs: number | null;
  by: string | null;
  from: string | null;
  error: string | null;
}
