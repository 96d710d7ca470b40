import type { OrderStatus } from './order.ts';
import type { Role } from './role.ts';

/**
 * The one transition table: from, to, and the least role that may make the move.
 * A customer's move is only ever on their own order.
 */
const TRANSITIONS: readonly { from: OrderStatus; to: OrderStatus; by: Role }[] = [
  { from: 'placed', to: 'confirmed', by: 'staff' },
  { from: 'confirmed', to: 'packed', by: 'staff' },
  { from: 'packed', to: 'shipped', by: 'staff' },
  { from: 'shipped', to: 'delivered', by: 'staff' },
  { from: 'placed', to: 'cancelled', by: 'customer' },
  { from: 'confirmed', to: 'cancelled', by: 'customer' },
];

/** Whether any rule leads from one status to the other, whoever asks. */
export function isTransition(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS.some((move) => move.from === from && move.to === to);
}

/**
 * Whether these roles may ever move an order to a status. Staff always may here: what the table lacks is
 * refused as no transition, not as not theirs.
 */
export function mayMoveTo(roles: readonly Role[], to: OrderStatus): boolean {
  return (
    roles.includes('staff') || TRANSITIONS.some((move) => move.to === to && roles.includes(move.by))
  );
}

/** The moves that these roles may make from a status, in the table's order. */
export function movesFrom(from: OrderStatus, roles: readonly Role[]): OrderStatus[] {
  return TRANSITIONS.filter((move) => move.from === from && roles.includes(move.by)).map(
    (move) => move.to,
  );
}
