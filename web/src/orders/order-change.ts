import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Order, OrderListItem } from '@ordercast/contract/order.ts';
import type { OrderFilter } from '../api/order-api.ts';

type Versioned = Pick<Order, 'status' | 'version' | 'total' | 'updatedAt'>;

/** What an event says of an order, applied; an event that is not newer changes nothing. */
export function withChange<Shown extends Versioned>(
  shown: Shown,
  change: OrderEventData | undefined,
): Shown {
  if (!change || change.version <= shown.version) return shown;
  const { status, version, total, at } = change;
  return { ...shown, status, version, total, updatedAt: at };
}

/** Of two readings of one order the later: a slow answer must not turn a page back. */
export function later<Shown extends Versioned>(shown: Shown | undefined, read: Shown): Shown {
  return shown && shown.version > read.version ? shown : read;
}

/** An order as lists show it. */
export function listItemOf({ lines, ...head }: Order): OrderListItem {
  return { ...head, lineCount: lines.length };
}

export function matchesStatus(order: Pick<Order, 'status'>, filter: OrderFilter): boolean {
  return filter.status === undefined || order.status === filter.status;
}

/** Newest first, each once. Ids are ULIDs, so their order is the order of placing. */
export function newestFirst(items: Iterable<OrderListItem>): OrderListItem[] {
  const byId = new Map<string, OrderListItem>();
  for (const item of items) byId.set(item.id, later(byId.get(item.id), item));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
