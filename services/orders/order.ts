import type { NewOrder, OrderLine, OrderStatus } from '@ordercast/contract/order.ts';
import { visibleCustomer } from '@ordercast/contract/order-access.ts';
import { isTransition, mayMoveTo } from '@ordercast/contract/order-transition.ts';
import type { Product } from '@ordercast/contract/product.ts';
import { highestRole } from '@ordercast/contract/role.ts';
import type { Role } from '@ordercast/contract/role.ts';

/** An order as it is kept. Instants are epoch milliseconds, money is in minor units. */
export interface OrderRecord {
  id: string;
  customerId: string;
  status: OrderStatus;
  version: number;
  currency: string;
  total: number;
  note: string | null;
  createdAt: number;
  updatedAt: number;
  lines: OrderLine[];
}

/** One change of an order, as its timeline keeps it and its event tells it. */
export interface OrderChange {
  version: number;
  at: number;
  by: { sub: string; role: Role };
  from: OrderStatus | null;
  to: OrderStatus;
  reason: string | null;
}

/** Who acts, for the decisions below. */
export interface Actor {
  sub: string;
  roles: readonly Role[];
}

export type PlaceDecision =
  | { kind: 'placed'; order: OrderRecord; change: OrderChange }
  /** `lines` are the indexes of the lines at fault. */
  | { kind: 'unknown-products'; lines: number[] }
  | { kind: 'mixed-currencies'; lines: number[] };

/** Decides on a new order; prices come from the catalogue alone. `now` is in epoch ms. */
export function decidePlace(
  request: NewOrder,
  context: { id: string; now: number; actor: Actor; products: ReadonlyMap<string, Product> },
): PlaceDecision {
  const { id, now, actor, products } = context;
  const lines: OrderLine[] = [];
  const unknown: number[] = [];
  const currencies: string[] = [];
  for (const [index, { productId, quantity }] of request.lines.entries()) {
    const product = products.get(productId);
    if (product === undefined) {
      unknown.push(index);
      continue;
    }
    const { name, unitPrice, currency } = product;
    currencies.push(currency);
    lines.push({ productId, name, quantity, unitPrice, total: unitPrice * quantity });
  }
  const [currency] = currencies;
  if (unknown.length > 0 || currency === undefined) {
    return { kind: 'unknown-products', lines: unknown };
  }
  const foreign = currencies.flatMap((other, index) => (other === currency ? [] : [index]));
  if (foreign.length > 0) return { kind: 'mixed-currencies', lines: foreign };

  const order: OrderRecord = {
    id,
    customerId: actor.sub,
    status: 'placed',
    version: 1,
    currency,
    total: lines.reduce((sum, line) => sum + line.total, 0),
    note: request.note ?? null,
    createdAt: now,
    updatedAt: now,
    lines,
  };
  const by = { sub: actor.sub, role: highestRole(actor.roles) };
  return {
    kind: 'placed',
    order,
    change: { version: 1, at: now, by, from: null, to: 'placed', reason: null },
  };
}

/** What `If-Match` demands of the order's version; undefined where the header is missing. */
export type VersionDemand = 'any' | readonly number[] | undefined;

export type MoveDecision =
  | { kind: 'moved'; change: OrderChange }
  | { kind: 'not-found' }
  | { kind: 'precondition-required' }
  | { kind: 'stale'; version: number }
  | { kind: 'forbidden' }
  | { kind: 'impossible'; from: OrderStatus };

/** Whether someone may know of an order at all: its customer and staff. */
export function maySee(order: Pick<OrderRecord, 'customerId'>, actor: Actor): boolean {
  const customer = visibleCustomer(actor);
  return customer === undefined || customer === order.customerId;
}

/**
 * Decides on a move, in the order that the API promises: unknown, precondition missing, stale,
 * not your role's move, not in the table. The change's instant lies after the order's last one,
 * whatever the clocks of several hosts say, so that its events sort in version order.
 */
export function decideMove(
  order: Pick<OrderRecord, 'customerId' | 'status' | 'version' | 'updatedAt'> | undefined,
  move: { to: OrderStatus; reason: string | null; demand: VersionDemand },
  context: { actor: Actor; now: number },
): MoveDecision {
  const { actor, now } = context;
  if (order === undefined || !maySee(order, actor)) return { kind: 'not-found' };
  if (move.demand === undefined) return { kind: 'precondition-required' };
  if (move.demand !== 'any' && !move.demand.includes(order.version)) {
    return { kind: 'stale', version: order.version };
  }
  if (!mayMoveTo(actor.roles, move.to)) return { kind: 'forbidden' };
  if (!isTransition(order.status, move.to)) return { kind: 'impossible', from: order.status };
  return {
    kind: 'moved',
    change: {
      version: order.version + 1,
      at: Math.max(now, order.updatedAt + 1),
      by: { sub: actor.sub, role: highestRole(actor.roles) },
      from: order.status,
      to: move.to,
      reason: move.reason,
    },
  };
}
