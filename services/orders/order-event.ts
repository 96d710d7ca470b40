import { ORDERS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { ORDER_EVENT_SOURCE, orderEventType } from '@ordercast/contract/order-event.ts';
import { orderNumber } from '@ordercast/contract/order-number.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { NewOutboxEntry } from '../outbox/outbox.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import type { OrderChange, OrderRecord } from './order.ts';

/**
 * The outbox entry that tells of a change of an order: to its customer, and to staff.
 * `eventId` is a ULID of the change's instant.
 */
export function orderOutboxEntry(
  order: Pick<OrderRecord, 'id' | 'customerId' | 'total' | 'currency'>,
  change: OrderChange,
  details: { eventId: string; authorName: string; traceparent: string },
): NewOutboxEntry {
  const at = isoInstant(change.at);
  const data: OrderEventData = {
    orderId: order.id,
    number: orderNumber(order.id),
    customerId: order.customerId,
    status: change.to,
    previousStatus: change.from,
    total: order.total,
    currency: order.currency,
    version: change.version,
    at,
    by: { name: details.authorName, role: change.by.role },
  };
  return {
    channels: [userChannel(order.customerId), ORDERS_CHANNEL],
    event: {
      specversion: '1.0',
      id: details.eventId,
      type: orderEventType(change.to),
      source: ORDER_EVENT_SOURCE,
      subject: order.id,
      time: at,
      datacontenttype: 'application/json',
      data,
    },
    traceparent: details.traceparent,
  };
}
