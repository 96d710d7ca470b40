import type { OrderStatus } from '@ordercast/contract/order.ts';

/** A status as people read it. */
export const STATUS_TEXT: Readonly<Record<OrderStatus, string>> = {
  placed: 'Placed',
  confirmed: 'Confirmed',
  packed: 'Packed',
  shipped: 'Shipped',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
};
