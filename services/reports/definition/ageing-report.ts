import type { OrderStatus } from '@ordercast/contract/order.ts';
import { OPEN_STATUSES, ageingFiguresSchema } from '@ordercast/contract/report-figures.ts';
import type { AgeingFigures, OpenOrder, OpenTotals } from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { isoInstant } from '@ordercast/platform/column.ts';
import type { CsvRow } from '../csv/csv-row.ts';
import { decimalAmount } from '../csv/decimal-amount.ts';
import { ageingDocument } from './ageing-document.ts';
import { amountText, countText } from './amount-text.ts';
import { decimalHours, durationText } from './duration-text.ts';
import { ROWS_OF_A_PAGE } from './in-pages.ts';
import type { OpenGroup } from './open-orders.ts';
import { readLongestWaiting, readOpenGroups, readOpenPage } from './open-orders.ts';
import { localText } from './local-text.ts';
import type { ReportDefinition, ReportScope } from './report-definition.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AGES = [
  { label: 'under 1 h', fromMs: 0 },
  { label: '1 to 4 h', fromMs: HOUR_MS },
  { label: '4 to 24 h', fromMs: 4 * HOUR_MS },
  { label: '1 to 3 d', fromMs: DAY_MS },
  { label: '3 to 7 d', fromMs: 3 * DAY_MS },
  { label: '7 d and more', fromMs: 7 * DAY_MS },
];
/** Where each age but the last one ends. */
const BOUNDS_MS = AGES.slice(1).map(({ fromMs }) => fromMs);
/** As many as a page prints well. The file has all. */
const LONGEST_SHOWN = 25;

/** The orders that are open at `scope.at`, by how long they have been in their state; `from` and `to` play no part. */
export const ageingReport: ReportDefinition<AgeingFigures> = {
  kind: 'ageing',
  weight: 'light',
  figuresSchema: ageingFiguresSchema,
  readFigures,
  csv: {
    columns: [
      'order_id',
      'order_number',
      'status',
      'customer_name',
      'currency',
      'total',
      'placed_at',
      'in_state_since',
      'waiting_hours',
    ],
    countRows: (_db, _scope, figures) => Promise.resolve(countOpen(figures.totals)),
    readRows,
  },
  document: ageingDocument,
  headline: ({ readAt, timeZone, totals, states }) => ({
    title: `Open orders at ${localText(readAt, timeZone)} (${timeZone})`,
    lines: [
      { label: 'Open orders', value: countText(countOpen(totals)) },
      ...totals.map(({ currency, total }) => ({
        label: `Their total, ${currency}`,
        value: amountText(total, currency),
      })),
      ...states.flatMap(({ status, longestMs }) =>
        longestMs === null
          ? []
          : [{ label: `Longest wait, ${status}`, value: durationText(longestMs) }],
      ),
    ],
  }),
};

async function readFigures(db: Knex, { at, timeZone }: ReportScope): Promise<AgeingFigures> {
  const groups = await readOpenGroups(db, at, BOUNDS_MS);
  return {
    timeZone,
    readAt: isoInstant(at),
    totals: openTotals(groups),
    ages: AGES,
    states: OPEN_STATUSES.map((status) => {
      const own = groups.filter((group) => group.status === status);
      return {
        status,
        orders: countOpen(openTotals(own)),
        totals: openTotals(own),
        longestMs:
          own.length === 0 ? null : Math.max(0, at - Math.min(...own.map(({ since }) => since))),
        byAge: byAge(own),
      };
    }),
    longest: await readLongestWaiting(db, at, LONGEST_SHOWN),
  };
}

/** A total for each currency, the one with most orders first. */
function openTotals(groups: readonly OpenGroup[]): OpenTotals[] {
  const totals = new Map<string, OpenTotals>();
  for (const { currency, count, total } of groups) {
    const sum = totals.get(currency) ?? { currency, orders: 0, total: 0 };
    totals.set(currency, { currency, orders: sum.orders + count, total: sum.total + total });
  }
  return [...totals.values()].sort(
    (a, b) => b.orders - a.orders || (a.currency < b.currency ? -1 : 1),
  );
}

function countOpen(totals: readonly OpenTotals[]): number {
  return totals.reduce((sum, { orders }) => sum + orders, 0);
}

/** Those younger than a bound and not than the one before. */
function byAge(groups: readonly OpenGroup[]): number[] {
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  const younger = BOUNDS_MS.map((_, index) =>
    groups.reduce((sum, group) => sum + (group.younger[index] ?? 0), 0),
  );
  return [...younger, all].map((count, index) => count - (younger[index - 1] ?? 0));
}

async function* readRows(db: Knex, { at }: ReportScope): AsyncGenerator<readonly CsvRow[]> {
  let page: CsvRow[] = [];
  for await (const order of firstPlacedFirst(db, at)) {
    page.push(orderRow(order));
    if (page.length < ROWS_OF_A_PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function orderRow(order: OpenOrder): CsvRow {
  return [
    order.id,
    order.number,
    order.status,
    order.customerName,
    order.currency,
    decimalAmount(order.total, order.currency),
    order.placedAt,
    order.since,
    decimalHours(order.waitingMs),
  ];
}

/** Of each state, whose index gives them in the order of their ids, a page is held; the least id comes next. */
async function* firstPlacedFirst(db: Knex, at: number): AsyncGenerator<OpenOrder> {
  const states = OPEN_STATUSES.map((status) => ordersInState(db, status, at));
  const next: IteratorResult<OpenOrder, void>[] = [];
  for (const state of states) next.push(await state.next());
  for (;;) {
    let first: { order: OpenOrder; place: number } | undefined;
    for (const [place, { value: order }] of next.entries()) {
      if (order && (first === undefined || order.id < first.order.id)) first = { order, place };
    }
    const state = states[first?.place ?? -1];
    if (first === undefined || state === undefined) return;
    yield first.order;
    next[first.place] = await state.next();
  }
}

async function* ordersInState(
  db: Knex,
  status: OrderStatus,
  at: number,
): AsyncGenerator<OpenOrder, void> {
  for (let after: string | undefined; ;) {
    const page = await readOpenPage(db, { status, after, limit: ROWS_OF_A_PAGE }, at);
    yield* page;
    if (page.length < ROWS_OF_A_PAGE) return;
    after = page.at(-1)?.id;
  }
}
