import type {
  DailyFigures,
  PlacedTotals,
  ProductSales,
} from '@ordercast/contract/report-figures.ts';
import type { BarChart, Block, KeyFigure, ReportDocument, Table } from '../pdf/report-document.ts';
import { amountText, countText } from './amount-text.ts';
import { changeText } from './change-text.ts';
import { durationText } from './duration-text.ts';
import { localText } from './local-text.ts';
import { arePlaced, noTotals } from './placed-orders.ts';
import { statusText } from './status-text.ts';
import { inCurrency } from './totals-lines.ts';

/** A chart each; the figures of every currency stand above them. */
const CURRENCIES_DRAWN = 2;
const HOUR_MS = 3_600_000;

export function dailyDocument(figures: DailyFigures): ReportDocument {
  const { date, timeZone, from, to, readAt, totals } = figures;
  const hours = (Date.parse(to) - Date.parse(from)) / HOUR_MS;
  return {
    title: 'Daily orders',
    subtitle: `${date}, ${timeZone}, ${hours} hours; read ${localText(readAt, timeZone)}`,
    language: 'en',
    blocks: [
      ...(totals.length === 0 ? [] : [keyFigures(figures)]),
      ...(totals.some(arePlaced) ? placedBlocks(figures) : [NOTHING_PLACED]),
      ...staysBlocks(figures),
      {
        kind: 'note',
        text:
          'Revenue is the total of the orders placed on this day that were not cancelled when it was read. Cancelled ' +
          'orders are counted apart, by the day on which they were placed.',
      },
    ],
  };
}

const NOTHING_PLACED: Block = { kind: 'note', text: 'No orders were placed on this day.' };

function placedBlocks(figures: DailyFigures): Block[] {
  const { totals } = figures;
  return [
    ordersByHour(figures),
    ...totals
      .filter(arePlaced)
      .slice(0, CURRENCIES_DRAWN)
      .map((one) => revenueByHour(one, figures)),
    ...totals.flatMap((one) => productsTable(one, figures)),
  ];
}

function keyFigures(figures: DailyFigures): Block {
  return { kind: 'keyFigures', items: figures.totals.flatMap((one) => figuresOf(one, figures)) };
}

function figuresOf(now: PlacedTotals, { totals, comparisons }: DailyFigures): KeyFigure[] {
  const { currency } = now;
  const against = (measure: (totals: PlacedTotals) => number) =>
    comparisons.map((other) => {
      const before = other.totals.find((one) => one.currency === currency) ?? noTotals(currency);
      return {
        label: other.against === 'dayBefore' ? 'the day before' : 'a week before',
        value: changeText(measure(now), measure(before)),
      };
    });
  return [
    {
      label: inCurrency('Revenue', currency, totals),
      value: amountText(now.revenue, currency),
      comparisons: against(({ revenue }) => revenue),
    },
    {
      label: inCurrency('Orders', currency, totals),
      value: countText(now.orders),
      comparisons: against(({ orders }) => orders),
    },
    {
      label: inCurrency('Cancelled orders', currency, totals),
      value: `${countText(now.cancelledOrders)} (${amountText(now.cancelledTotal, currency)})`,
      comparisons: against(({ cancelledOrders }) => cancelledOrders),
    },
  ];
}

function ordersByHour({ hours, totals, timeZone }: DailyFigures): BarChart {
  return {
    kind: 'barChart',
    title: 'Orders by hour',
    xTitle: `Hour of the day, ${timeZone}`,
    yTitle: 'Orders',
    bars: hours.map((hour) => ({ label: shortLabel(hour.label), value: countOrders(hour.totals) })),
    format: countText,
    total: `${countText(countOrders(totals))} orders`,
  };
}

/** Its values are minor units, which are exact. */
function revenueByHour({ currency, revenue }: PlacedTotals, figures: DailyFigures): BarChart {
  const valueOf = (totals: readonly PlacedTotals[]) =>
    totals.find((one) => one.currency === currency)?.revenue ?? 0;
  return {
    kind: 'barChart',
    title: 'Revenue by hour',
    xTitle: `Hour of the day, ${figures.timeZone}`,
    yTitle: `Revenue, ${currency}`,
    bars: figures.hours.map(({ label, totals }) => ({
      label: shortLabel(label),
      value: valueOf(totals),
    })),
    format: (value) => amountText(Math.round(value), currency),
    total: amountText(revenue, currency),
  };
}

function countOrders(totals: readonly PlacedTotals[]): number {
  return totals.reduce((sum, { orders }) => sum + orders, 0);
}

/** `14` for `14:00`; an hour that begins otherwise, or comes twice, keeps its whole label. */
function shortLabel(label: string): string {
  return label.replace(/^(\d\d):00$/, '$1');
}

function productsTable({ currency, revenue }: PlacedTotals, figures: DailyFigures): Table[] {
  const ofCurrency = (one: { currency: string }) => one.currency === currency;
  const sold = figures.products.filter(ofCurrency);
  const others = figures.otherProducts.find(ofCurrency);
  if (sold.length === 0) return [];
  const line = (name: string, sales: Pick<ProductSales, 'quantity' | 'revenue'>) => [
    name,
    countText(sales.quantity),
    amountText(sales.revenue, currency),
  ];
  const quantity = [...sold, ...(others === undefined ? [] : [others])].reduce(
    (sum, sales) => sum + sales.quantity,
    0,
  );
  return [
    {
      kind: 'table',
      title: inCurrency('Products', currency, figures.totals),
      columns: [
        { title: 'Product', align: 'start', share: 6 },
        { title: 'Quantity', align: 'end', share: 2 },
        { title: 'Revenue', align: 'end', share: 3 },
      ],
      rows: [
        ...sold.map((sales) => line(sales.name, sales)),
        ...(others === undefined
          ? []
          : [line(`${countText(others.products)} other products`, others)]),
      ],
      total: line('All products', { quantity, revenue }),
    },
  ];
}

function staysBlocks({ stays }: DailyFigures): Table[] {
  if (stays.length === 0) return [];
  return [
    {
      kind: 'table',
      title: 'Time in each state',
      columns: [
        { title: 'State', align: 'start', share: 4 },
        { title: 'Orders that left it', align: 'end', share: 3 },
        { title: 'Mean', align: 'end', share: 3 },
        { title: 'Longest', align: 'end', share: 3 },
      ],
      rows: stays.map(({ status, count, meanMs, longestMs }) => [
        statusText(status),
        countText(count),
        durationText(meanMs),
        durationText(longestMs),
      ]),
      note: 'The stays that ended on this day, whenever they began.',
    },
  ];
}
