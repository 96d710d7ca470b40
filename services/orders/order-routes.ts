import {
  MAX_SEARCH_LENGTH,
  newOrderSchema,
  orderPageSchema,
  orderSchema,
  orderStatusSchema,
  timelineSchema,
  transitionSchema,
} from '@ordercast/contract/order.ts';
import type { NewOrder, Order, OrderListItem } from '@ordercast/contract/order.ts';
import { orderNumber } from '@ordercast/contract/order-number.ts';
import { visibleCustomer } from '@ordercast/contract/order-access.ts';
import { ulidSchema } from '@ordercast/contract/page.ts';
import { textSchema } from '@ordercast/contract/text.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { DEFAULT_LIMIT, cursorSchema, limitSchema, toPage } from '../http/cursor.ts';
import { forbidden } from '../http/problem.ts';
import { NO_BODY, NO_QUERY, route } from '../http/route.ts';
import type { Route, RouteRequest } from '../http/route.ts';
import { withIdempotency } from '../idempotency/idempotency.ts';
import type { StoredReply } from '../idempotency/idempotency-store.ts';
import { answeredAuthor } from '../people/answered-author.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { entityTag, parseIfMatch } from '../http/entity-tag.ts';
import { maySee } from './order.ts';
import { listOrders } from './order-list.ts';
import type { ListedOrder } from './order-list.ts';
import { moveProblem, orderNotFound, placeProblem } from './order-problem.ts';
import { toOrder } from './order-service.ts';
import type { OrderService } from './order-service.ts';
import { findChanges, findOrder, findOrderHead } from './order-store.ts';

interface Dependencies {
  database: Knex;
  orders: OrderService;
  /** Epoch ms. */
  clock: () => number;
}

/** Everything under `/orders`, but for the dashboard's summary. */
export function orderRoutes(dependencies: Dependencies): Route[] {
  return [
    listRoute(dependencies),
    placeRoute(dependencies),
    readRoute(dependencies),
    moveRoute(dependencies),
    timelineRoute(dependencies),
  ];
}

function listRoute({ database }: Dependencies): Route {
  return route({
    method: 'get',
    path: '/orders',
    access: 'customer',
    query: z.object({
      status: orderStatusSchema.optional(),
      customer: textSchema(64).optional(),
      q: textSchema(MAX_SEARCH_LENGTH).optional(),
      limit: limitSchema.default(DEFAULT_LIMIT),
      cursor: cursorSchema.optional(),
    }),
    body: NO_BODY,
    documentation: {
      summary: 'Orders, newest first',
      description:
        "Customers see their own orders, staff all. `q` matches the beginning of an order's number " +
        "or id, of any word of the customer's name, or of the mail address; case and marks do not " +
        'count.',
      responses: {
        200: { description: 'A page of orders', schema: orderPageSchema },
        403: { description: '`customer` names somebody else, and you are not staff' },
      },
    },
    handle: async ({ caller }, { query }) => {
      const own = visibleCustomer(caller);
      if (own !== undefined && query.customer !== undefined && query.customer !== own) {
        throw forbidden("Only staff may see another customer's orders.");
      }
      const filter = {
        status: query.status,
        customerId: own ?? query.customer,
        q: query.q === '' ? undefined : query.q,
        before: query.cursor,
      };
      const orders = await listOrders(database, filter, query.limit + 1);
      return { status: 200, body: toPage(orders.map(toListItem), query.limit) };
    },
  });
}

function placeRoute({ database, orders, clock }: Dependencies): Route {
  return route({
    method: 'post',
    path: '/orders',
    access: 'customer',
    query: NO_QUERY,
    body: newOrderSchema,
    documentation: {
      summary: 'Place an order',
      description: 'Prices come from the catalogue. `errors` name a line as `lines.0.productId`.',
      headers: [
        {
          name: 'Idempotency-Key',
          required: false,
          description:
            '1 to 255 printable ASCII characters, kept for 24 hours: a repeat with the same body ' +
            'is answered as the first was, with `Idempotency-Replayed: true`.',
        },
      ],
      responses: {
        201: {
          description: 'The order',
          schema: orderSchema,
          headers: ['Location', 'ETag', 'Idempotency-Replayed'],
        },
        422: { description: 'Unknown product, or the key was used with another body' },
      },
    },
    handle: (request, { body }) =>
      withIdempotency(
        request,
        { database, clock, route: 'POST /orders', body: meaning(body) },
        async (remember) => {
          const result = await orders.place(request.caller, body, {
            traceparent: request.traceparent,
            remember: (transaction, order) => remember(transaction, placedReply(order)),
          });
          if (result.kind !== 'placed') throw placeProblem(result);
          return placedReply(result.order);
        },
      ),
  });
}

/** Bodies that ask for the same are the same under an idempotency key. */
function meaning({ lines, note }: NewOrder): unknown {
  return { lines, note: note ?? null };
}

function placedReply(order: Order): StoredReply {
  return {
    status: 201,
    location: `/orders/${order.id}`,
    etag: entityTag(order.version),
    body: JSON.stringify(order),
  };
}

function readRoute({ database }: Dependencies): Route {
  return route({
    method: 'get',
    path: '/orders/:id',
    access: 'customer',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'One order',
      responses: {
        200: { description: 'The order', schema: orderSchema, headers: ['ETag'] },
        404: { description: "There is none, or it is another customer's" },
      },
    },
    handle: async (request) => {
      const order = await findOrder(database, orderIdOf(request));
      if (order === undefined || !maySee(order, request.caller)) throw orderNotFound();
      return { status: 200, body: toOrder(order), headers: { ETag: entityTag(order.version) } };
    },
  });
}

function moveRoute({ orders }: Dependencies): Route {
  return route({
    method: 'post',
    path: '/orders/:id/transitions',
    access: 'customer',
    query: NO_QUERY,
    body: transitionSchema,
    documentation: {
      summary: 'Move an order to another status',
      description: 'Staff make every move; a customer only cancels their own order.',
      headers: [
        { name: 'If-Match', required: true, description: 'The ETag of the order as it was seen' },
      ],
      responses: {
        200: { description: 'The order after the move', schema: orderSchema, headers: ['ETag'] },
        403: { description: 'Your role may not make this move' },
        404: { description: "There is none, or it is another customer's" },
        409: { description: 'No move leads from its status to that one' },
        412: { description: 'The order has changed since' },
        428: { description: 'If-Match is missing' },
      },
    },
    handle: async (request, { body: { to, reason } }) => {
      const result = await orders.move(
        request.caller,
        orderIdOf(request),
        { to, reason: reason ?? null, demand: parseIfMatch(request.header('If-Match')) },
        { traceparent: request.traceparent },
      );
      if (result.kind !== 'moved') throw moveProblem(result, to);
      const { order } = result;
      return { status: 200, body: order, headers: { ETag: entityTag(order.version) } };
    },
  });
}

function timelineRoute({ database }: Dependencies): Route {
  return route({
    method: 'get',
    path: '/orders/:id/timeline',
    access: 'customer',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'Every change of an order, oldest first',
      responses: {
        200: { description: 'The changes', schema: timelineSchema },
        404: { description: "There is none, or it is another customer's" },
      },
    },
    handle: async (request) => {
      const id = orderIdOf(request);
      const order = await findOrderHead(database, id);
      if (order === undefined || !maySee(order, request.caller)) throw orderNotFound();
      const changes = await findChanges(database, id);
      const items = changes.map(({ at, by, from, to, reason }) => ({
        at: isoInstant(at),
        by: answeredAuthor(by, request.caller),
        from,
        to,
        reason,
      }));
      return { status: 200, body: { items } };
    },
  });
}

/** A malformed id names no order: 404, as for one that was never given out. */
function orderIdOf({ params }: RouteRequest): string {
  const id = ulidSchema.safeParse(params.id);
  if (!id.success) throw orderNotFound();
  return id.data;
}

function toListItem({ createdAt, updatedAt, ...order }: ListedOrder): OrderListItem {
  return {
    ...order,
    number: orderNumber(order.id),
    createdAt: isoInstant(createdAt),
    updatedAt: isoInstant(updatedAt),
  };
}
