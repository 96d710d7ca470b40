import { readLinesOf, readPlacedPage } from '../../reports/definition/export-pages.ts';
import {
  readLongestWaiting,
  readOpenGroups,
  readOpenPage,
} from '../../reports/definition/open-orders.ts';
import { readPlaced, readPlacedByQuarter } from '../../reports/definition/placed-orders.ts';
import { readProductSales } from '../../reports/definition/product-sales.ts';
import { readStays } from '../../reports/definition/stays.ts';
import { KNOWN_ID, NEW_ID } from './known-rows.ts';
import { operation } from './store-operation.ts';
import type { StoreOperation } from './store-operation.ts';

const AT = Date.parse('2026-11-22T08:30:00.000Z');
const DAY_MS = 86_400_000;
const PERIOD: [number, number] = [AT, AT + DAY_MS];
const PAGE = 200;
const SHOWN = 25;

/** What the reports ask. */
export const REPORT_OPERATIONS: readonly StoreOperation[] = [
  operation('reports: what was placed in a period', readPlaced, PERIOD),
  operation('the daily report: what was placed, by the hour', readPlacedByQuarter, PERIOD),
  operation('the daily report: what was sold of each product', readProductSales, PERIOD, {
    deliberate: [
      {
        index: 'ix_orders_placed',
        faults: ['reads past'],
        because: 'the cancelled orders of a period are few',
      },
    ],
  }),
  operation(
    'the daily report: how long orders were in the states that they left',
    readStays,
    PERIOD,
  ),
  operation('the ageing report: what is open, by state and age', readOpenGroups, [AT, [DAY_MS]]),
  operation('the ageing report: what has waited longest', readLongestWaiting, [AT, SHOWN], {
    deliberate: [
      {
        index: 'ix_orders_status',
        faults: ['sort'],
        because:
          'an index by state and last change would be written at each move of an order, for a report that reads all open orders anyway',
      },
    ],
  }),
  operation('the ageing report: the orders of a state', readOpenPage, [
    { status: 'placed', after: undefined, limit: PAGE },
    AT,
  ]),
  operation(
    'the ageing report: the orders of a state, a later page',
    readOpenPage,
    [{ status: 'placed', after: KNOWN_ID, limit: PAGE }, AT],
    { isLaterPage: true },
  ),
  operation('the export: the orders of a period', readPlacedPage, [
    { from: AT, to: AT + DAY_MS },
    undefined,
    PAGE,
  ]),
  operation('the export: the orders of a period, a later page', readPlacedPage, [
    { from: AT, to: AT + DAY_MS },
    { id: KNOWN_ID, createdAt: AT },
    PAGE,
  ]),
  operation('the export: the lines of some orders', readLinesOf, [[KNOWN_ID, NEW_ID]]),
];
