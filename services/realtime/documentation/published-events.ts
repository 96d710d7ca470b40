import {
  ABANDONED_EVENT_SOURCE,
  ABANDONED_EVENT_TYPE,
  abandonedEventDataSchema,
} from '@ordercast/contract/abandoned-event.ts';
import {
  ANNOUNCEMENT_EVENT_SOURCE,
  ANNOUNCEMENT_EVENT_TYPE,
  announcementEventDataSchema,
} from '@ordercast/contract/announcement.ts';
import { ORDER_STATUSES } from '@ordercast/contract/order.ts';
import {
  ORDER_EVENT_SOURCE,
  orderEventDataSchema,
  orderEventType,
} from '@ordercast/contract/order-event.ts';
import type { DocumentedEvent } from '@ordercast/websocket/documentation/asyncapi.ts';

/** Every event that is published, for those who write clients. */
export const PUBLISHED_EVENTS: readonly DocumentedEvent[] = [
  {
    title: 'OrderEvent',
    summary: 'An order came to a status; its `subject` is the order. In `user/<sub>` and `orders`.',
    types: ORDER_STATUSES.map(orderEventType),
    source: ORDER_EVENT_SOURCE,
    data: orderEventDataSchema,
  },
  {
    title: 'AnnouncementEvent',
    summary:
      'An admin told everybody something; its `subject` is the announcement. In `announcements`.',
    types: [ANNOUNCEMENT_EVENT_TYPE],
    source: ANNOUNCEMENT_EVENT_SOURCE,
    data: announcementEventDataSchema,
  },
  {
    title: 'AbandonedEvent',
    summary:
      'Stands in any channel where an event could not be carried: load again what its `subject` names, or all where it names nothing.',
    types: [ABANDONED_EVENT_TYPE],
    source: ABANDONED_EVENT_SOURCE,
    data: abandonedEventDataSchema,
  },
];
