import type { HistoryRow } from './history-row.ts';

/**
 * A step's rows up to where it was forgotten, where that is the last that was done; attempts that failed
 * since change nothing of that. Undefined: it was not forgotten, or is known again.
 */
export function rowsBeforeForgetting(
  rows: readonly HistoryRow[],
): readonly HistoryRow[] | undefined {
  const index = rows.findLastIndex(({ outcome }) => outcome === 'done');
  const done = rows[index];
  if (done?.direction !== 'repair' || done.checksum !== null) return undefined;
  return rows.slice(0, index);
}
