import type { OrderStatus } from '@ordercast/contract/order.ts';

/** What the button of a move says. */
export const MOVE_TEXT: Readonly<Record<OrderStatus, string>> = {
  placed: 'Place',
  confirmed: 'Confirm',
  packed: 'Pack',
  shipped: 'Ship',
  delivered: 'Deliver',
  cancelled: 'Cancel order',
};

/** The way of an order that nobody cancels. */
export const ORDER_WAY = [
  'placed',
  'confirmed',
  'packed',
  'shipped',
  'delivered',
] as const satisfies readonly OrderStatus[];
