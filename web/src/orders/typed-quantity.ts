import { MAX_QUANTITY } from '@ordercast/contract/order.ts';

/** The quantity that somebody typed; undefined where it is none that can be ordered. An empty field is 0. */
export function typedQuantity(typed: string): number | undefined {
  const digits = typed.trim();
  if (!/^\d*$/.test(digits)) return undefined;
  const quantity = Number(digits);
  return quantity <= MAX_QUANTITY ? quantity : undefined;
}
