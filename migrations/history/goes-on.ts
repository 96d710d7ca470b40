import { recordedItems } from '../step/statements-text.ts';
import type { RecordedItem } from '../step/recorded-item.ts';
import type { Step } from '../step/step.ts';
import type { HistoryRow } from './history-row.ts';
import { likenessOf } from './likeness.ts';

/**
 * Whether an attempt that stopped half-way can be finished with the step as it stands here: the parts that
 * it has done are the same T-SQL. What is left may have been put right since.
 */
export function goesOn(step: Step, attempt: HistoryRow | undefined): boolean {
  const likeness = likenessOf(step, attempt);
  if (attempt === undefined || likeness === 'unrecorded') return false;
  if (likeness === 'same') return true;
  const was = attempt.statements === null ? undefined : recordedItems(attempt.statements);
  const is = recordedItems(step.statements);
  if (step.transaction || was === undefined || is === undefined) return false;
  const begun = partsBegun(attempt);
  return attempt.direction === 'down'
    ? isSame(was.up, is.up) && isSame(was.down?.slice(0, begun), is.down?.slice(0, begun))
    : isSame(was.up.slice(0, begun), is.up.slice(0, begun));
}

/** How many parts an attempt has done, with the backfill in the midst of which it stopped. */
export function partsBegun({
  itemsDone,
  itemCursor,
}: Pick<HistoryRow, 'itemsDone' | 'itemCursor'>): number {
  return itemsDone + (itemCursor === null ? 0 : 1);
}

function isSame(
  one: readonly RecordedItem[] | undefined,
  other: readonly RecordedItem[] | undefined,
): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
