import { z } from 'zod';
import { ORDER_STATUSES, orderNumberSchema, orderStatusSchema } from './order.ts';
import { instantSchema, ulidSchema } from './page.ts';
import { currencySchema, minorUnitsSchema } from './product.ts';
import { dateSchema } from './report.ts';

const countSchema = z.int().min(0);
const durationMsSchema = z.int().min(0);

/** Orders placed in a period, of one currency, as they stand when they are read. */
export const placedTotalsSchema = z.object({
  currency: currencySchema,
  /** Those that are not cancelled, and the sum of their totals. */
  orders: countSchema,
  revenue: minorUnitsSchema,
  /** Those that are. */
  cancelledOrders: countSchema,
  cancelledTotal: minorUnitsSchema,
});
export type PlacedTotals = z.infer<typeof placedTotalsSchema>;

/** A total for each currency, the one with most orders first; none where nothing was placed. */
const totalsSchema = z.array(placedTotalsSchema);

const periodSchema = z.object({ from: instantSchema, to: instantSchema });

export const productSalesSchema = z.object({
  productId: z.string(),
  name: z.string(),
  currency: currencySchema,
  quantity: countSchema,
  revenue: minorUnitsSchema,
});
export type ProductSales = z.infer<typeof productSalesSchema>;

/** Stays of orders in a state that ended in the period, whenever they began. */
export const staysSchema = z.object({
  status: orderStatusSchema,
  count: countSchema,
  meanMs: durationMsSchema,
  longestMs: durationMsSchema,
});
export type Stays = z.infer<typeof staysSchema>;

/** The orders of a day of a time zone; cancelled ones are counted apart and are in no revenue. */
export const dailyFiguresSchema = periodSchema.extend({
  date: dateSchema,
  timeZone: z.string(),
  readAt: instantSchema,
  totals: totalsSchema,
  /** Days that the calendar of the zone skips are left out. */
  comparisons: z.array(
    periodSchema.extend({
      against: z.enum(['dayBefore', 'weekBefore']),
      date: dateSchema,
      totals: totalsSchema,
    }),
  ),
  /** Every hour of the day, with a label that no other hour of it has. */
  hours: z.array(periodSchema.extend({ label: z.string(), totals: totalsSchema })),
  /** Only states that an order left, in the order of an order's life. */
  stays: z.array(staysSchema),
  /** The products with most revenue in each currency. */
  products: z.array(productSalesSchema),
  /** What the products that are not in `products` come to, where there are any. */
  otherProducts: z.array(
    z.object({
      currency: currencySchema,
      products: countSchema,
      quantity: countSchema,
      revenue: minorUnitsSchema,
    }),
  ),
});
export type DailyFigures = z.infer<typeof dailyFiguresSchema>;

/** The states of orders that are neither delivered nor cancelled. */
export const OPEN_STATUSES = ORDER_STATUSES.filter(
  (status) => status !== 'delivered' && status !== 'cancelled',
);

const openTotalsSchema = z.object({
  currency: currencySchema,
  orders: countSchema,
  total: minorUnitsSchema,
});
export type OpenTotals = z.infer<typeof openTotalsSchema>;

export const openOrderSchema = z.object({
  id: ulidSchema,
  number: orderNumberSchema,
  status: orderStatusSchema,
  customerName: z.string(),
  currency: currencySchema,
  total: minorUnitsSchema,
  placedAt: instantSchema,
  /** Since when it is in its state. */
  since: instantSchema,
  waitingMs: durationMsSchema,
});
export type OpenOrder = z.infer<typeof openOrderSchema>;

/** The orders that are open when it is read, by how long they have been in their state. */
export const ageingFiguresSchema = z.object({
  timeZone: z.string(),
  readAt: instantSchema,
  totals: z.array(openTotalsSchema),
  /** The bounds of the ages, the first from 0, the last without an end. */
  ages: z.array(z.object({ label: z.string(), fromMs: durationMsSchema })),
  /** Every open state, in the order of an order's life. */
  states: z.array(
    z.object({
      status: orderStatusSchema,
      orders: countSchema,
      totals: z.array(openTotalsSchema),
      /** Of the order that has waited longest; null where none is in the state. */
      longestMs: durationMsSchema.nullable(),
      /** Orders of each of `ages`. */
      byAge: z.array(countSchema),
    }),
  ),
  /** Those that have waited longest in their state, the longest first. */
  longest: z.array(openOrderSchema),
});
export type AgeingFigures = z.infer<typeof ageingFiguresSchema>;

/** What an export holds; its rows are in its file alone. */
export const exportFiguresSchema = periodSchema.extend({
  timeZone: z.string(),
  readAt: instantSchema,
  totals: totalsSchema,
  lineItems: countSchema,
});
export type ExportFigures = z.infer<typeof exportFiguresSchema>;
