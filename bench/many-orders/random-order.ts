import { ORDER_STATUSES } from '@ordercast/contract/order.ts';
import type { OrderStatus } from '@ordercast/contract/order.ts';
import type { OrderChange, OrderRecord } from '@ordercast/services/orders/order.ts';

/** Codes whose minor units have two digits, none and three. */
export const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD'] as const;
export const CUSTOMERS = 5_000;
export const PRODUCTS = 400;
export const STAFF_SUB = 'staff-1';

const HOUR_MS = 3_600_000;
const SHARE_CANCELLED = 0.02;
const SHARE_RESTING = 0.08;
const NOTES = [null, null, null, 'Please ring twice', 'Leave it, "as always", with the neighbour'];
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export type RandomOrder = OrderRecord & { changes: OrderChange[] };

export const customerSub = (number: number) => `customer-${number}`;
export const productId = (number: number) => `product-${number}`;
/** Of a product of the catalogue, in minor units. */
export const unitPriceOf = (number: number) => 100 + ((number * 7919) % 20_000);
export const currencyOf = (number: number) => CURRENCIES[number % CURRENCIES.length] ?? 'EUR';

/**
 * The order at `index` (from 0) of a shop, placed at `createdAt` (epoch ms), with 1 to 5 lines, 3 on average, of one currency's products, and a
 * life of its own. `random`: 0 ≤ x < 1.
 */
export function randomOrder(random: () => number, index: number, createdAt: number): RandomOrder {
  const below = (limit: number) => Math.floor(random() * limit);
  const currencyAt = below(CURRENCIES.length);
  const lines = Array.from({ length: 1 + below(5) }, () => {
    const product = below(PRODUCTS / CURRENCIES.length) * CURRENCIES.length + currencyAt;
    const quantity = 1 + below(9);
    const unitPrice = unitPriceOf(product);
    return {
      productId: productId(product),
      name: `Product number ${product}`,
      quantity,
      unitPrice,
      total: quantity * unitPrice,
    };
  });
  const customerId = customerSub(below(CUSTOMERS));
  const changes = randomLife(random, customerId, createdAt);
  const last = changes.at(-1);
  return {
    id: idOf(random, index, createdAt),
    customerId,
    status: last?.to ?? 'placed',
    version: changes.length,
    currency: currencyOf(currencyAt),
    total: lines.reduce((sum, { total }) => sum + total, 0),
    note: NOTES[below(NOTES.length)] ?? null,
    createdAt,
    updatedAt: last?.at ?? createdAt,
    lines,
    changes,
  };
}

function randomLife(random: () => number, customerId: string, createdAt: number): OrderChange[] {
  const changes: OrderChange[] = [];
  let from: OrderStatus | null = null;
  let at = createdAt;
  for (const next of ORDER_STATUSES.slice(0, -1)) {
    const to: OrderStatus = from !== null && random() < SHARE_CANCELLED ? 'cancelled' : next;
    const by =
      from === null
        ? ({ sub: customerId, role: 'customer' } as const)
        : ({ sub: STAFF_SUB, role: 'staff' } as const);
    changes.push({ version: changes.length + 1, at, by, from, to, reason: null });
    if (to === 'cancelled' || random() < SHARE_RESTING) break;
    from = to;
    at += 1 + Math.floor(random() * 12 * HOUR_MS);
  }
  return changes;
}

/** A ULID whose last eight characters, the order's number, no two indexes have alike. */
function idOf(random: () => number, index: number, createdAt: number): string {
  // An odd factor permutes the numbers below a power of two.
  const number = Number((BigInt(index) * 0x9e3779b97n) % 2n ** 40n);
  return encoded(createdAt, 10) + encoded(Math.floor(random() * 2 ** 40), 8) + encoded(number, 8);
}

function encoded(number: number, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest = Math.floor(rest / 32)) {
    text = (CROCKFORD[rest % 32] ?? '') + text;
  }
  return text;
}
