import { recordedItems } from '../step/statements-text.ts';
import type { HistoryRow } from './history-row.ts';
import type { Step } from '../step/step.ts';

/** Whether an attempt came to its end for some of its parts, or for some rows of its first, and no further. */
export function isInPart({
  outcome,
  itemsDone,
  itemCursor,
}: Pick<HistoryRow, 'outcome' | 'itemsDone' | 'itemCursor'>): boolean {
  return outcome !== 'done' && (itemsDone > 0 || itemCursor !== null);
}

/**
 * How far an attempt in parts came, of how many: `1 of 3 parts, and rows up to 42`. Where there is no file
 * the history tells how many they were.
 */
export function progressOf({
  step,
  last,
}: {
  step: Step | undefined;
  last: HistoryRow | undefined;
}): string {
  const direction = last?.direction === 'down' ? 'down' : 'up';
  const recorded = last?.statements == null ? undefined : recordedItems(last.statements);
  const of = (step ?? recorded)?.[direction]?.length ?? '?';
  const rows = last?.itemCursor == null ? '' : `, and rows up to ${last.itemCursor}`;
  return `${partsText(last?.itemsDone ?? 0, of)}${rows}`;
}

/** How many parts of a step are done, as everybody says it. */
export function partsText(done: number, of: number | string): string {
  return `${done} of ${of} parts`;
}
