import { orderNumber } from '@ordercast/contract/order-number.ts';
import type { NewOrder, Order, OrderStatus } from '@ordercast/contract/order.ts';
import type { Product } from '@ordercast/contract/product.ts';
import type { Knex } from 'knex';
import type { Caller } from '../http/route.ts';
import { appendToOutbox } from '../outbox/outbox.ts';
import type { PeopleService } from '../people/people-service.ts';
import { findPerson } from '../people/people-store.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import { decideMove, decidePlace } from './order.ts';
import type { MoveDecision, OrderRecord, PlaceDecision, VersionDemand } from './order.ts';
import { orderOutboxEntry } from './order-event.ts';
import {
  OrderNumberTaken,
  applyChange,
  findOrder,
  findOrderHead,
  insertChange,
  insertOrder,
} from './order-store.ts';

export type PlaceResult =
  { kind: 'placed'; order: Order } | Exclude<PlaceDecision, { kind: 'placed' }>;
export type MoveResult = { kind: 'moved'; order: Order } | Exclude<MoveDecision, { kind: 'moved' }>;

export interface OrderService {
  /**
   * Places an order for the caller. `remember` runs first in the transaction that writes it, with
   * the order as it will be answered.
   */
  place: (
    caller: Caller,
    request: NewOrder,
    context: { traceparent: string; remember: (transaction: Knex, order: Order) => Promise<void> },
  ) => Promise<PlaceResult>;
  /** Moves an order to another status, where the caller may and its version is as they demand. */
  move: (
    caller: Caller,
    id: string,
    move: { to: OrderStatus; reason: string | null; demand: VersionDemand },
    context: { traceparent: string },
  ) => Promise<MoveResult>;
}

/** Those of the wanted products that the catalogue holds, by id. */
export type FindProducts = (
  db: Knex,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, Product>>;

/** Each draw meets a number that is taken once in a trillion for each order that there is. */
const MAX_DRAWS = 3;

/** Each use case is one transaction over order, timeline and outbox; `onCommitted` runs after it. */
export function createOrderService(settings: {
  database: Knex;
  people: PeopleService;
  findProducts: FindProducts;
  /** Epoch ms. */
  clock: () => number;
  ulids: UlidSource;
  onCommitted: () => void;
}): OrderService {
  const { database, people, findProducts, clock, ulids, onCommitted } = settings;

  const move = async (
    caller: Caller,
    id: string,
    wanted: Parameters<OrderService['move']>[2],
    traceparent: string,
  ): Promise<MoveResult> =>
    inTransaction(database, async (trx): Promise<MoveResult> => {
      const head = await findOrderHead(trx, id);
      const decision = decideMove(head, wanted, { actor: caller, now: clock() });
      if (decision.kind !== 'moved' || head === undefined) {
        return decision.kind === 'moved' ? { kind: 'not-found' } : decision;
      }
      const { change } = decision;
      const author = await findPerson(trx, caller.sub);
      if (author === undefined) throw new AuthorUnknown();
      if (!(await applyChange(trx, id, change))) return { kind: 'stale', version: change.version };
      await insertChange(trx, id, change);
      const eventId = ulids.at(change.at);
      const entry = orderOutboxEntry(head, change, {
        eventId,
        authorName: author.name,
        traceparent,
      });
      await appendToOutbox(trx, entry, change.at);
      const order = await findOrder(trx, id);
      return order === undefined ? { kind: 'not-found' } : { kind: 'moved', order: toOrder(order) };
    });

  const place = async (
    caller: Caller,
    customerName: string,
    request: NewOrder,
    { traceparent, remember }: Parameters<OrderService['place']>[2],
  ): Promise<PlaceResult> =>
    inTransaction(database, async (trx): Promise<PlaceResult> => {
      const products = await findProducts(trx, [
        ...new Set(request.lines.map(({ productId }) => productId)),
      ]);
      const now = clock();
      const decision = decidePlace(request, { id: ulids.next(), now, actor: caller, products });
      if (decision.kind !== 'placed') return decision;
      const { order, change } = decision;
      const answer = toOrder({ ...order, customerName });
      await remember(trx, answer);
      await insertOrder(trx, order);
      await insertChange(trx, order.id, change);
      const eventId = ulids.at(now);
      const entry = orderOutboxEntry(order, change, {
        eventId,
        authorName: customerName,
        traceparent,
      });
      await appendToOutbox(trx, entry, now);
      return { kind: 'placed', order: answer };
    });

  /** The answer is kept with the order's id in it, so another id needs another transaction. */
  const placeUnderFreeNumber = async (...args: Parameters<typeof place>): Promise<PlaceResult> => {
    for (let draw = 1; ; draw += 1) {
      try {
        return await place(...args);
      } catch (error) {
        if (!(error instanceof OrderNumberTaken) || draw === MAX_DRAWS) throw error;
      }
    }
  };

  return {
    place: async (caller, request, context) => {
      const customer = await people.personOf(caller);
      const result = await placeUnderFreeNumber(caller, customer.name, request, context);
      if (result.kind === 'placed') onCommitted();
      return result;
    },

    move: async (caller, id, wanted, { traceparent }) => {
      let result: MoveResult;
      try {
        result = await move(caller, id, wanted, traceparent);
      } catch (error) {
        if (!(error instanceof AuthorUnknown)) throw error;
        // Only a move that is really made needs the name, and Cognito is not asked in a transaction.
        await people.personOf(caller);
        result = await move(caller, id, wanted, traceparent);
      }
      if (result.kind === 'moved') onCommitted();
      return result;
    },
  };
}

class AuthorUnknown extends Error {
  override name = 'AuthorUnknown';
}

/** An order as the API shows it. */
export function toOrder(record: OrderRecord & { customerName: string }): Order {
  return {
    id: record.id,
    number: orderNumber(record.id),
    customerId: record.customerId,
    customerName: record.customerName,
    status: record.status,
    version: record.version,
    currency: record.currency,
    total: record.total,
    note: record.note,
    lines: record.lines,
    createdAt: isoInstant(record.createdAt),
    updatedAt: isoInstant(record.updatedAt),
  };
}
