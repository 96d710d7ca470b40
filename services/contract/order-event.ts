import { z } from 'zod';
import { authorSchema } from './author.ts';
import { orderNumberSchema, orderStatusSchema } from './order.ts';
import type { OrderStatus } from './order.ts';
import { instantSchema, ulidSchema } from './page.ts';
import { currencySchema, minorUnitsSchema } from './product.ts';

/** CloudEvent `source` of every order event. */
export const ORDER_EVENT_SOURCE = '/orders';

/** CloudEvent `type`: `order.` and the status that the order came to. */
export function orderEventType(status: OrderStatus): `order.${OrderStatus}` {
  return `order.${status}`;
}

/** `data` of an order event: neither lines nor note, so that it stays far under a frame. */
export const orderEventDataSchema = z.object({
  orderId: ulidSchema,
  number: orderNumberSchema,
  customerId: z.string(),
  status: orderStatusSchema,
  previousStatus: orderStatusSchema.nullable(),
  total: minorUnitsSchema,
  currency: currencySchema,
  version: z.int().min(1),
  at: instantSchema,
  by: authorSchema,
});
export type OrderEventData = z.infer<typeof orderEventDataSchema>;
