import { z } from 'zod';
import { orderStatusSchema } from './order.ts';
import { instantSchema } from './page.ts';
import { minorUnitsSchema } from './product.ts';

/** Figures of the orders placed in `[from, to)`. */
export const summarySchema = z.object({
  from: instantSchema,
  to: instantSchema,
  /** Every status, in the order of an order's life, by what the orders are now. */
  byStatus: z.array(
    z.object({ status: orderStatusSchema, count: z.int(), total: minorUnitsSchema }),
  ),
  /** The hours in which orders were placed, oldest first, cancelled orders included. */
  byHour: z.array(z.object({ hour: instantSchema, count: z.int(), total: minorUnitsSchema })),
});
export type Summary = z.infer<typeof summarySchema>;
