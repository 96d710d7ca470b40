import type { DailyFigures, PlacedTotals } from '@ordercast/contract/report-figures.ts';
import { formatDuration } from '../../format/duration.ts';
import { formatMoney } from '../../format/money.ts';
import { formatMoneyShort } from '../../format/money-short.ts';
import { STATUS_TEXT } from '../../orders/status-text.ts';
import type { BarRowsModel, ColumnChartModel } from './chart-model.ts';
import { changeText } from './change-text.ts';
import { countText } from './count-text.ts';
import { durationMarks } from './duration-marks.ts';
import type { KeyFigure } from './key-figure.ts';
import { ticksUpTo } from './ticks.ts';

const AGAINST = { dayBefore: 'the day before', weekBefore: 'a week before' } as const;

/** The figures of one currency, each against the day and the week before. */
export function dailyKeyFigures(now: PlacedTotals, figures: DailyFigures): KeyFigure[] {
  const { currency } = now;
  const against = (
    measure: (totals: PlacedTotals) => number,
    format: (value: number) => string,
  ): KeyFigure['comparisons'] =>
    figures.comparisons.map(({ against: when, totals }) => {
      const before = measure(ofCurrency(totals, currency));
      return {
        change: changeText(measure(now), before),
        against: AGAINST[when],
        value: format(before),
      };
    });
  const money = (value: number) => formatMoney(value, currency);
  const has = (name: string) => (figures.totals.length > 1 ? `${name}, ${currency}` : name);
  return [
    {
      name: has('Revenue'),
      value: money(now.revenue),
      comparisons: against(({ revenue }) => revenue, money),
    },
    {
      name: has('Orders'),
      value: countText(now.orders),
      comparisons: against(({ orders }) => orders, countText),
    },
    {
      name: has('Cancelled orders'),
      value: `${countText(now.cancelledOrders)} (${money(now.cancelledTotal)})`,
      comparisons: against(({ cancelledOrders }) => cancelledOrders, countText),
    },
  ];
}

export function ordersByHour(figures: DailyFigures): ColumnChartModel {
  const counted = figures.hours.map(({ label, totals }) => ({
    label: shortHour(label),
    name: label,
    value: sumOf(totals, ({ orders }) => orders),
    cancelled: sumOf(totals, ({ cancelledOrders }) => cancelledOrders),
  }));
  const total = countText(sumOf(figures.totals, ({ orders }) => orders));
  return {
    title: 'Orders by hour',
    xTitle: `Hour of the day, ${figures.timeZone}`,
    yTitle: 'Orders, without cancelled ones',
    columns: counted,
    format: countText,
    formatMark: countText,
    total: `${total} orders`,
    table: {
      columns: [hourColumn(figures), column('Orders'), column('Cancelled')],
      rows: counted.map(({ name, value, cancelled }) => [
        name,
        countText(value),
        countText(cancelled),
      ]),
      total: [
        'All hours',
        total,
        countText(sumOf(figures.totals, ({ cancelledOrders }) => cancelledOrders)),
      ],
    },
  };
}

export function revenueByHour(currency: string, figures: DailyFigures): ColumnChartModel {
  const columns = figures.hours.map(({ label, totals }) => ({
    label: shortHour(label),
    name: label,
    value: ofCurrency(totals, currency).revenue,
  }));
  const format = (value: number) => formatMoney(value, currency);
  const total = format(ofCurrency(figures.totals, currency).revenue);
  return {
    title: figures.totals.length > 1 ? `Revenue by hour, ${currency}` : 'Revenue by hour',
    xTitle: `Hour of the day, ${figures.timeZone}`,
    yTitle: `Revenue, ${currency}`,
    columns,
    format,
    formatMark: (value) => formatMoneyShort(value, currency),
    total,
    table: {
      columns: [hourColumn(figures), column(`Revenue, ${currency}`)],
      rows: columns.map(({ name, value }) => [name, format(value)]),
      total: ['All hours', total],
    },
  };
}

/** The products with most revenue; undefined where none was sold. */
export function productsByRevenue(
  currency: string,
  figures: DailyFigures,
): BarRowsModel | undefined {
  const isOfCurrency = (each: { currency: string }) => each.currency === currency;
  const products = figures.products.filter(isOfCurrency);
  if (products.length === 0) return undefined;
  const others = figures.otherProducts.filter(isOfCurrency).map(({ products: count, ...rest }) => ({
    ...rest,
    name: `${countText(count)} other ${count === 1 ? 'product' : 'products'}`,
  }));
  const money = (value: number) => formatMoney(value, currency);
  const all = [...products, ...others];
  const quantity = all.reduce((sum, each) => sum + each.quantity, 0);
  const revenue = all.reduce((sum, each) => sum + each.revenue, 0);
  return {
    title: figures.totals.length > 1 ? `Revenue by product, ${currency}` : 'Revenue by product',
    xTitle: `Revenue, ${currency}`,
    rows: products.map((each) => ({
      name: each.name,
      value: each.revenue,
      text: money(each.revenue),
    })),
    marks: ticksUpTo(Math.max(...products.map((each) => each.revenue))).map((value) => ({
      value,
      text: formatMoneyShort(value, currency),
    })),
    total: `${money(revenue)} with all products`,
    table: {
      columns: [
        { title: 'Product', isNumber: false },
        column('Quantity'),
        column(`Revenue, ${currency}`),
      ],
      rows: all.map((each) => [each.name, countText(each.quantity), money(each.revenue)]),
      total: ['All products', countText(quantity), money(revenue)],
    },
  };
}

/** How long orders had been in the states that they left; undefined where none left any. */
export function timeInStates({ stays }: DailyFigures): BarRowsModel | undefined {
  if (stays.length === 0) return undefined;
  const { marks, unit } = durationMarks(Math.max(...stays.map(({ meanMs }) => meanMs)));
  const changes = countText(stays.reduce((sum, { count }) => sum + count, 0));
  return {
    title: 'Time in each state',
    xTitle: `Mean of the stays that ended on this day, ${unit}`,
    rows: stays.map(({ status, meanMs }) => ({
      name: STATUS_TEXT[status],
      value: meanMs,
      text: formatDuration(meanMs),
    })),
    marks,
    total: `${changes} stays ended`,
    table: {
      columns: [
        { title: 'State', isNumber: false },
        column('Stays that ended'),
        column('Mean'),
        column('Longest'),
      ],
      rows: stays.map(({ status, count, meanMs, longestMs }) => [
        STATUS_TEXT[status],
        countText(count),
        formatDuration(meanMs),
        formatDuration(longestMs),
      ]),
    },
  };
}

function ofCurrency(totals: readonly PlacedTotals[], currency: string): PlacedTotals {
  return (
    totals.find((each) => each.currency === currency) ?? {
      currency,
      orders: 0,
      revenue: 0,
      cancelledOrders: 0,
      cancelledTotal: 0,
    }
  );
}

function sumOf(totals: readonly PlacedTotals[], measure: (totals: PlacedTotals) => number): number {
  return totals.reduce((sum, each) => sum + measure(each), 0);
}

/** `14` for `14:00`; an hour that begins otherwise, or comes twice, keeps its whole label. */
function shortHour(label: string): string {
  return label.replace(/^(\d\d):00$/, '$1');
}

function hourColumn({ timeZone }: DailyFigures) {
  return { title: `Hour, ${timeZone}`, isNumber: false };
}

function column(title: string) {
  return { title, isNumber: true };
}
