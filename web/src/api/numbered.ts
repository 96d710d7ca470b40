import { orderNumber } from '@ordercast/contract/order-number.ts';
import { z } from 'zod';

/**
 * For 24 hours after orders got numbers the channel log holds events, and the idempotency keys hold
 * answers, that were written without: what lacks its number is given it, by the id in `idField`.
 */
export function numbered<Schema extends z.ZodType>(idField: 'id' | 'orderId', schema: Schema) {
  const withId = z.looseObject({ [idField]: z.string() });
  return withId
    .transform((value): unknown => ({ number: orderNumber(value[idField] ?? ''), ...value }))
    .pipe(schema);
}
