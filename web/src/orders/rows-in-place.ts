import type { OrderListItem } from '@ordercast/contract/order.ts';

/** A list that does not move under its reader. */
export interface RowsInPlace {
  /** What stays shown, each where it was, and what belongs below it. */
  rows: readonly OrderListItem[];
  /** What belongs above or between those, and waits for the reader to ask for it. */
  waiting: readonly OrderListItem[];
}

/**
 * What to show of a list, newest first, while somebody points at its rows: none of them moves or goes away,
 * though each takes its latest content, and only what lies below the last of them is added.
 */
export function rowsInPlace(
  shown: readonly OrderListItem[],
  current: readonly OrderListItem[],
): RowsInPlace {
  const last = shown.at(-1);
  if (last === undefined) return { rows: current, waiting: [] };
  const anew = new Map(current.map((item) => [item.id, item]));
  const ids = new Set(shown.map(({ id }) => id));
  return {
    rows: [
      ...shown.map((item) => anew.get(item.id) ?? item),
      ...current.filter(({ id }) => id < last.id),
    ],
    waiting: current.filter(({ id }) => id > last.id && !ids.has(id)),
  };
}
