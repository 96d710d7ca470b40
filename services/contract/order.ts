import { z } from 'zod';
import { answeredAuthorSchema } from './author.ts';
import { ORDER_NUMBER } from './order-number.ts';
import { instantSchema, pageSchema, ulidSchema } from './page.ts';
import { currencySchema, minorUnitsSchema } from './product.ts';
import { textSchema } from './text.ts';

export const ORDER_STATUSES = [
  'placed',
  'confirmed',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
] as const;
export const orderStatusSchema = z.enum(ORDER_STATUSES);
export type OrderStatus = z.infer<typeof orderStatusSchema>;

export const MAX_LINES = 100;
export const MAX_QUANTITY = 999;
export const MAX_PRODUCT_ID_LENGTH = 64;
/** Length limits are in UTF-16 code units, as SQL Server's `nvarchar` counts. */
export const MAX_NOTE_LENGTH = 4000;
export const MAX_REASON_LENGTH = 500;
export const MAX_SEARCH_LENGTH = 320;

export const orderNumberSchema = z.string().regex(ORDER_NUMBER);

export const orderLineSchema = z.object({
  productId: z.string(),
  name: z.string(),
  quantity: z.int(),
  unitPrice: minorUnitsSchema,
  total: minorUnitsSchema,
});
export type OrderLine = z.infer<typeof orderLineSchema>;

const orderHeadSchema = z.object({
  id: ulidSchema,
  number: orderNumberSchema,
  customerId: z.string(),
  customerName: z.string(),
  status: orderStatusSchema,
  version: z.int().min(1),
  currency: currencySchema,
  total: minorUnitsSchema,
  note: z.string().nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

export const orderSchema = orderHeadSchema.extend({ lines: z.array(orderLineSchema) });
export type Order = z.infer<typeof orderSchema>;

/** An order as lists show it: without its lines. */
export const orderListItemSchema = orderHeadSchema.extend({ lineCount: z.int() });
export type OrderListItem = z.infer<typeof orderListItemSchema>;
export const orderPageSchema = pageSchema(orderListItemSchema);

export const newOrderSchema = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        productId: textSchema(MAX_PRODUCT_ID_LENGTH).min(1),
        quantity: z.int().min(1).max(MAX_QUANTITY),
      }),
    )
    .min(1)
    .max(MAX_LINES),
  note: textSchema(MAX_NOTE_LENGTH).nullish(),
});
export type NewOrder = z.infer<typeof newOrderSchema>;

export const transitionSchema = z.strictObject({
  to: orderStatusSchema,
  reason: textSchema(MAX_REASON_LENGTH).nullish(),
});
export type Transition = z.infer<typeof transitionSchema>;

export const timelineItemSchema = z.object({
  at: instantSchema,
  by: answeredAuthorSchema,
  from: orderStatusSchema.nullable(),
  to: orderStatusSchema,
  reason: z.string().nullable(),
});
export type TimelineItem = z.infer<typeof timelineItemSchema>;
export const timelineSchema = z.object({ items: z.array(timelineItemSchema) });
