import type { OrderStatus } from '@ordercast/contract/order.ts';

/** A state as people read it: `Placed`. */
export function statusText(status: OrderStatus): string {
  return status.slice(0, 1).toUpperCase() + status.slice(1);
}
