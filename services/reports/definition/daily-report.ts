import { dailyFiguresSchema } from '@ordercast/contract/report-figures.ts';
import type {
  DailyFigures,
  PlacedTotals,
  ProductSales,
} from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { isoInstant } from '@ordercast/platform/column.ts';
import type { CsvRow } from '../csv/csv-row.ts';
import { decimalAmount } from '../csv/decimal-amount.ts';
import type { CalendarDay } from '../period/calendar-day.ts';
import { dayAWeekBefore, dayAt, dayBefore } from '../period/calendar-day.ts';
import type { HourOfDay } from '../period/hours-of-day.ts';
import { hourOfQuarter, hoursOfDay } from '../period/hours-of-day.ts';
import { dailyDocument } from './daily-document.ts';
import { decimalHours } from './duration-text.ts';
import { inPages } from './in-pages.ts';
import type { PlacedGroup } from './placed-orders.ts';
import { noTotals, placedTotals, readPlaced, readPlacedByQuarter } from './placed-orders.ts';
import { readProductSales } from './product-sales.ts';
import type { ReportDefinition, ReportScope } from './report-definition.ts';
import { readStays } from './stays.ts';
import { totalsLines } from './totals-lines.ts';

/** Of each currency: as many as a page prints well. The file has all. */
const PRODUCTS_SHOWN = 15;

const COLUMNS = [
  'section',
  'key',
  'name',
  'currency',
  'orders',
  'revenue',
  'cancelled_orders',
  'cancelled_total',
  'quantity',
  'stays',
  'mean_hours',
  'longest_hours',
] as const;

/** The orders of a day. Its scope is a day of its time zone, as `dayOf` gives it. */
export const dailyReport: ReportDefinition<DailyFigures> = {
  kind: 'daily',
  weight: 'light',
  figuresSchema: dailyFiguresSchema,
  readFigures,
  csv: {
    columns: COLUMNS,
    countRows: (_db, _scope, figures) =>
      Promise.resolve(totalsRows(figures).length + countProducts(figures) + figures.stays.length),
    readRows,
  },
  document: dailyDocument,
  headline: ({ date, timeZone, totals }) => ({
    title: `Orders of ${date} (${timeZone})`,
    lines: totalsLines(totals),
  }),
};

async function readFigures(db: Knex, scope: ReportScope): Promise<DailyFigures> {
  const day = dayAt(scope.from, scope.timeZone);
  if (day.from !== scope.from || day.to !== scope.to) {
    throw new RangeError(`A daily report is of one whole day, as ${day.date} in ${day.timeZone}`);
  }
  const groups = await readPlacedByQuarter(db, day.from, day.to);
  const comparisons = await readComparisons(db, day);
  const totals = withCurrenciesOf(comparisons, placedTotals(groups));
  return {
    date: day.date,
    timeZone: day.timeZone,
    ...isoPeriod(day),
    readAt: isoInstant(scope.at),
    totals,
    comparisons,
    hours: byHour(hoursOfDay(day), groups),
    stays: await readStays(db, day.from, day.to),
    ...firstProducts(totals, await readProductSales(db, day.from, day.to)),
  };
}

/** With zeros for each currency that the other days alone have: what is compared has both its sides. */
function withCurrenciesOf(
  comparisons: DailyFigures['comparisons'],
  totals: readonly PlacedTotals[],
): PlacedTotals[] {
  const own = new Set(totals.map(({ currency }) => currency));
  const others = comparisons
    .flatMap((other) => other.totals.map(({ currency }) => currency))
    .filter((currency) => !own.has(currency));
  return [...totals, ...[...new Set(others)].sort().map(noTotals)];
}

function isoPeriod({ from, to }: { from: number; to: number }) {
  return { from: isoInstant(from), to: isoInstant(to) };
}

function byHour(
  hours: readonly HourOfDay[],
  groups: readonly (PlacedGroup & { quarter: number })[],
): DailyFigures['hours'] {
  const placed = Map.groupBy(groups, ({ quarter }) => hourOfQuarter(hours, quarter));
  return hours.map((hour, index) => ({
    ...isoPeriod(hour),
    label: hour.label,
    totals: placedTotals(placed.get(index) ?? []),
  }));
}

async function readComparisons(db: Knex, day: CalendarDay): Promise<DailyFigures['comparisons']> {
  const comparisons: DailyFigures['comparisons'] = [];
  for (const [against, other] of [
    ['dayBefore', dayBefore(day)],
    ['weekBefore', dayAWeekBefore(day)],
  ] as const) {
    if (other === undefined) continue;
    const totals = placedTotals(await readPlaced(db, other.from, other.to));
    comparisons.push({ against, date: other.date, ...isoPeriod(other), totals });
  }
  return comparisons;
}

/** The products with most revenue in each currency, and the sum of the others. */
function firstProducts(
  totals: readonly PlacedTotals[],
  sales: readonly ProductSales[],
): Pick<DailyFigures, 'products' | 'otherProducts'> {
  const products: DailyFigures['products'] = [];
  const otherProducts: DailyFigures['otherProducts'] = [];
  for (const { currency } of totals) {
    const sold = sales.filter((sale) => sale.currency === currency);
    products.push(...sold.slice(0, PRODUCTS_SHOWN));
    const others = sold.slice(PRODUCTS_SHOWN);
    if (others.length === 0) continue;
    otherProducts.push({
      currency,
      products: others.length,
      quantity: others.reduce((sum, { quantity }) => sum + quantity, 0),
      revenue: others.reduce((sum, { revenue }) => sum + revenue, 0),
    });
  }
  return { products, otherProducts };
}

function countProducts({ products, otherProducts }: DailyFigures): number {
  return otherProducts.reduce((sum, others) => sum + others.products, products.length);
}

/** Products are read again where the figures do not have all: as many as the catalogue has. */
async function* readRows(
  db: Knex,
  { from, to }: ReportScope,
  figures: DailyFigures,
): AsyncGenerator<readonly CsvRow[]> {
  yield* inPages(totalsRows(figures));
  const sales =
    figures.otherProducts.length === 0 ? figures.products : await readProductSales(db, from, to);
  yield* inPages(sales.map(productRow));
  yield* inPages(figures.stays.map(staysRow));
}

type Cells = Partial<Record<(typeof COLUMNS)[number], string | number>>;

function row(cells: Cells): CsvRow {
  return COLUMNS.map((column) => cells[column] ?? null);
}

/** Every hour has a row for each currency of the totals, so that a chart of one has no holes. */
function totalsRows({ date, totals, comparisons, hours }: DailyFigures): CsvRow[] {
  const currencies = totals.map(({ currency }) => currency);
  return [
    ...totals.map((one) => totalsRow({ section: 'total', key: date }, one)),
    ...comparisons.flatMap((other) =>
      other.totals.map((one) =>
        totalsRow({ section: SECTIONS[other.against], key: other.date }, one),
      ),
    ),
    ...hours.flatMap(({ from, label, totals: placed }) =>
      currencies.map((currency) =>
        totalsRow(
          { section: 'hour', key: from, name: label },
          placed.find((one) => one.currency === currency) ?? noTotals(currency),
        ),
      ),
    ),
  ];
}

const SECTIONS = { dayBefore: 'day_before', weekBefore: 'week_before' } as const;

function totalsRow(of: Cells, totals: PlacedTotals): CsvRow {
  const { currency } = totals;
  return row({
    ...of,
    currency,
    orders: totals.orders,
    revenue: decimalAmount(totals.revenue, currency),
    cancelled_orders: totals.cancelledOrders,
    cancelled_total: decimalAmount(totals.cancelledTotal, currency),
  });
}

function productRow({ productId, name, currency, quantity, revenue }: ProductSales): CsvRow {
  const amount = decimalAmount(revenue, currency);
  return row({ section: 'product', key: productId, name, currency, quantity, revenue: amount });
}

function staysRow({ status, count, meanMs, longestMs }: DailyFigures['stays'][number]): CsvRow {
  return row({
    section: 'state',
    key: status,
    stays: count,
    mean_hours: decimalHours(meanMs),
    longest_hours: decimalHours(longestMs),
  });
}
