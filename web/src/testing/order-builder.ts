import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import { orderNumber } from '@ordercast/contract/order-number.ts';
import type { Order, OrderStatus } from '@ordercast/contract/order.ts';

const AT = '2026-11-22T08:30:00.000Z';

/** For specs: the n-th order ever placed. */
export function order(n: number, changes: Partial<Order> = {}): Order {
  const id = `01${String(n).padStart(24, '0')}`;
  return {
    id,
    number: orderNumber(id),
    customerId: 'ada',
    customerName: 'Ada Lovelace',
    status: 'placed',
    version: 1,
    currency: 'EUR',
    total: 100,
    note: null,
    createdAt: AT,
    updatedAt: AT,
    lines: [{ productId: 'tea', name: 'Tea', quantity: 1, unitPrice: 100, total: 100 }],
    ...changes,
  };
}

/** For specs: what Sam's last change to an order tells the channel. */
export function eventOf(changed: Order, previousStatus: OrderStatus | null = null): OrderEventData {
  const { id, number, customerId, status, total, currency, version } = changed;
  const by = { name: 'Sam', role: 'staff' } as const;
  const order = { orderId: id, number, customerId, status, total, currency, version };
  return { ...order, previousStatus, at: AT, by };
}
