import { ORDER_STATUSES } from '@ordercast/contract/order.ts';
import type { OrderStatus } from '@ordercast/contract/order.ts';
import { isTransition, movesFrom } from '@ordercast/contract/order-transition.ts';
import type { Role } from '@ordercast/contract/role.ts';
import { describe, expect, it } from 'vitest';
import { decideMove, decidePlace } from './order.ts';

const CUSTOMER: readonly Role[] = ['customer'];
const STAFF: readonly Role[] = ['customer', 'staff'];
const ADMIN: readonly Role[] = ['customer', 'staff', 'admin'];

/** What is allowed, said once more in other words than the table's. */
const ALLOWED = new Set([
  'placed>confirmed',
  'confirmed>packed',
  'packed>shipped',
  'shipped>delivered',
  'placed>cancelled',
  'confirmed>cancelled',
]);

const order = (status: OrderStatus) => ({ customerId: 'ada', status, version: 3, updatedAt: 1000 });

const PAIRS = ORDER_STATUSES.flatMap((from) =>
  ORDER_STATUSES.map((to) => ({ from, to, allowed: ALLOWED.has(`${from}>${to}`) })),
);

describe('moving an order', () => {
  it.each(PAIRS)('from $from to $to is allowed to staff: $allowed', ({ from, to, allowed }) => {
    expect(isTransition(from, to)).toBe(allowed);
    for (const roles of [STAFF, ADMIN]) {
      expect(movesFrom(from, roles).includes(to)).toBe(allowed);
      const decision = decideMove(
        order(from),
        { to, reason: null, demand: [3] },
        { actor: { sub: 'sam', roles }, now: 5000 },
      );
      if (!allowed) {
        expect(decision).toEqual({ kind: 'impossible', from });
        continue;
      }
      const role = roles === ADMIN ? 'admin' : 'staff';
      expect(decision).toEqual({
        kind: 'moved',
        change: { version: 4, at: 5000, by: { sub: 'sam', role }, from, to, reason: null },
      });
    }
  });

  it.each(PAIRS)('from $from to $to by its customer', ({ from, to, allowed }) => {
    const decision = decideMove(
      order(from),
      { to, reason: 'why', demand: 'any' },
      { actor: { sub: 'ada', roles: CUSTOMER }, now: 5000 },
    );
    if (to !== 'cancelled') expect(decision).toEqual({ kind: 'forbidden' });
    else expect(decision.kind).toBe(allowed ? 'moved' : 'impossible');
    expect(movesFrom(from, CUSTOMER).includes(to)).toBe(allowed && to === 'cancelled');
  });

  it.each(PAIRS)('from $from to $to by another customer meets no order', ({ from, to }) => {
    const decision = decideMove(
      order(from),
      { to, reason: null, demand: undefined },
      { actor: { sub: 'grace', roles: CUSTOMER }, now: 5000 },
    );
    expect(decision).toEqual({ kind: 'not-found' });
  });

  it('is checked in the promised order', () => {
    const actor = { sub: 'ada', roles: CUSTOMER };
    const decide = (status: OrderStatus, to: OrderStatus, demand: number[] | undefined) =>
      decideMove(order(status), { to, reason: null, demand }, { actor, now: 5000 }).kind;
    expect(
      decideMove(undefined, { to: 'packed', reason: null, demand: undefined }, { actor, now: 0 }),
    ).toEqual({ kind: 'not-found' });
    expect(decide('shipped', 'placed', undefined)).toBe('precondition-required');
    expect(decide('shipped', 'placed', [2])).toBe('stale');
    expect(decide('shipped', 'placed', [2, 3])).toBe('forbidden');
    expect(decide('shipped', 'cancelled', [3])).toBe('impossible');
  });

  it('happens after the order last changed, even by a clock that is behind', () => {
    const decision = decideMove(
      order('placed'),
      { to: 'confirmed', reason: null, demand: [3] },
      { actor: { sub: 'sam', roles: STAFF }, now: 400 },
    );
    expect(decision).toMatchObject({ kind: 'moved', change: { at: 1001 } });
  });
});

describe('placing an order', () => {
  const product = (id: string, unitPrice: number, currency = 'EUR') =>
    [id, { id, name: `The ${id}`, category: 'All', unitPrice, currency }] as const;
  const products = new Map([product('tea', 450), product('cup', 1999), product('pie', 3, 'USD')]);
  const place = (...lines: [productId: string, quantity: number][]) =>
    decidePlace(
      { lines: lines.map(([productId, quantity]) => ({ productId, quantity })) },
      { id: 'ID', now: 1000, actor: { sub: 'ada', roles: CUSTOMER }, products },
    );

  it('takes names and prices from the catalogue and sums whole minor units', () => {
    expect(place(['tea', 2], ['cup', 3])).toMatchObject({
      kind: 'placed',
      order: {
        total: 6897,
        currency: 'EUR',
        note: null,
        lines: [
          { name: 'The tea', total: 900 },
          { name: 'The cup', total: 5997 },
        ],
      },
      change: { version: 1, from: null, to: 'placed', by: { sub: 'ada', role: 'customer' } },
    });
  });

  it('names every line with an unknown product', () => {
    expect(place(['gold', 1], ['tea', 1], ['silver', 1])).toEqual({
      kind: 'unknown-products',
      lines: [0, 2],
    });
  });

  it('names every line of another currency than the first', () => {
    expect(place(['tea', 1], ['pie', 1], ['cup', 1], ['pie', 1])).toEqual({
      kind: 'mixed-currencies',
      lines: [1, 3],
    });
  });
});
