import { numberOrders } from '../../orders/number-orders.ts';
import { listOrders } from '../../orders/order-list.ts';
import type { OrderFilter } from '../../orders/order-list.ts';
import type { OrderChange, OrderRecord } from '../../orders/order.ts';
import {
  applyChange,
  findChanges,
  findLines,
  findOrder,
  findOrderHead,
  insertChange,
  insertOrder,
} from '../../orders/order-store.ts';
import { summarizeOrders } from '../../orders/summary-store.ts';
import { KNOWN_ID, NEW_ID } from './known-rows.ts';
import { operation } from './store-operation.ts';
import type { StoreOperation } from './store-operation.ts';

const AT = Date.parse('2026-11-22T08:30:00.000Z');
const HOUR_MS = 3_600_000;
const PAGE = 51;
const BATCH = 200;

const ORDER: OrderRecord = {
  id: NEW_ID,
  customerId: 'ada',
  status: 'placed',
  version: 1,
  currency: 'EUR',
  total: 900,
  note: null,
  createdAt: AT,
  updatedAt: AT,
  lines: [{ productId: 'tea', name: 'Tea', quantity: 2, unitPrice: 450, total: 900 }],
};
const MOVE: OrderChange = {
  version: 2,
  at: AT,
  by: { sub: 'ada', role: 'customer' },
  from: 'placed',
  to: 'cancelled',
  reason: null,
};

const FOUND_BY_PERSON = {
  index: 'ix_orders_customer',
  faults: ['sort'],
  because:
    'the orders of several people stand in no common order; they are as many as those people have',
} as const;
const FOUND_BY_NUMBER = {
  index: 'uq_orders_number',
  faults: ['sort', 'look-ups'],
  because:
    'as many as numbers begin so, which get fewer with each letter; the server plans each search anew, and reads `pk_orders` backwards instead where many fit',
} as const;
const FOUND_BY_NUMBER_OF_SOME = {
  ...FOUND_BY_NUMBER,
  faults: [...FOUND_BY_NUMBER.faults, 'reads past'],
} as const;

const FOUND_AMONG_THEIR_OWN = {
  index: 'ix_orders_customer_status',
  faults: ['reads past', 'look-ups'],
  because: 'no more than the customer has orders of the status; `number` stands in no list index',
} as const;

const NAMESAKES = {
  index: 'ix_orders_number_missing',
  faults: ['reads past'],
  because:
    'an order that ends as another one does keeps no number and stays in the index; hardly one does',
} as const;

/** What is asked of orders, their lines and their timeline. */
export const ORDER_OPERATIONS: readonly StoreOperation[] = [
  ...list('orders', {}),
  ...list('orders of a status', { status: 'placed' }),
  ...list("a customer's orders", { customerId: 'ada' }),
  ...list("a customer's orders of a status", { customerId: 'ada', status: 'placed' }),
  search('orders found by a name or an address', 'ada lovelace', {}, [FOUND_BY_PERSON]),
  search('orders found by the beginning of an id', '01KANX', {}, [
    FOUND_BY_PERSON,
    FOUND_BY_NUMBER,
  ]),
  search('orders found by their number', 'DKGH08JN', {}, [FOUND_BY_PERSON, FOUND_BY_NUMBER]),
  search('orders found by their number, a later page', 'DKGH08JN', { before: NEW_ID }, [
    FOUND_BY_PERSON,
    FOUND_BY_NUMBER_OF_SOME,
  ]),
  {
    ...search(
      "a customer's orders of a status found by their number",
      'DKGH08JN',
      { status: 'placed', customerId: 'ada' },
      [FOUND_AMONG_THEIR_OWN],
    ),
    madeFor: FOUND_AMONG_THEIR_OWN.index,
  },
  operation('an order with its lines', findOrder, [KNOWN_ID]),
  operation('an order', findOrderHead, [KNOWN_ID]),
  operation('the lines of an order', findLines, [KNOWN_ID]),
  operation('the timeline of an order', findChanges, [KNOWN_ID]),
  operation('an order moves', applyChange, [KNOWN_ID, MOVE]),
  operation('the timeline gets a change', insertChange, [KNOWN_ID, MOVE]),
  operation('an order is placed', insertOrder, [ORDER]),
  operation("the dashboard's summary", summarizeOrders, [AT, AT + HOUR_MS]),
  operation('housekeeping: orders without a number get theirs', numberOrders, [BATCH], {
    deliberate: [NAMESAKES],
  }),
];

function filter(given: Partial<OrderFilter>): OrderFilter {
  return { status: undefined, customerId: undefined, q: undefined, before: undefined, ...given };
}

function list(purpose: string, given: Partial<OrderFilter>): StoreOperation[] {
  const later = { ...filter(given), before: NEW_ID };
  return [
    operation(purpose, listOrders, [filter(given), PAGE]),
    operation(`${purpose}, a later page`, listOrders, [later, PAGE], { isLaterPage: true }),
  ];
}

function search(
  purpose: string,
  q: string,
  given: Partial<OrderFilter>,
  deliberate: StoreOperation['deliberate'],
): StoreOperation {
  const traits = { deliberate, madeFor: FOUND_BY_NUMBER.index };
  return operation(purpose, listOrders, [{ ...filter(given), q }, PAGE], traits);
}
