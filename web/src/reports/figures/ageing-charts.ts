import type { AgeingFigures, OpenTotals } from '@ordercast/contract/report-figures.ts';
import { formatDuration } from '../../format/duration.ts';
import { formatMoney } from '../../format/money.ts';
import { STATUS_TEXT } from '../../orders/status-text.ts';
import type { ColumnChartModel } from './chart-model.ts';
import { countText } from './count-text.ts';
import type { KeyFigure } from './key-figure.ts';

const NONE = '–';

export function ageingKeyFigures({ totals, states }: AgeingFigures): KeyFigure[] {
  const waits = states.flatMap(({ longestMs }) => (longestMs === null ? [] : [longestMs]));
  return [
    { name: 'Open orders', value: countText(countOpen(totals)), comparisons: [] },
    ...totals.map(({ currency, total }) => ({
      name: totals.length > 1 ? `Their total, ${currency}` : 'Their total',
      value: formatMoney(total, currency),
      comparisons: [],
    })),
    ...(waits.length === 0
      ? []
      : [{ name: 'Longest wait', value: formatDuration(Math.max(...waits)), comparisons: [] }]),
  ];
}

/** Open orders by state, each column in parts by how long they have waited. */
export function openOrdersByAge({ states, ages, totals }: AgeingFigures): ColumnChartModel {
  const all = countText(countOpen(totals));
  return {
    title: 'Open orders by state and age',
    xTitle: 'State',
    yTitle: 'Orders',
    columns: states.map(({ status, orders, byAge }) => ({
      label: STATUS_TEXT[status],
      name: STATUS_TEXT[status],
      value: orders,
      parts: ages.map(({ label }, index) => ({ label, value: byAge[index] ?? 0 })),
    })),
    format: countText,
    formatMark: countText,
    total: `${all} orders`,
    table: {
      columns: [
        { title: 'State', isNumber: false },
        ...ages.map(({ label }) => ({ title: label, isNumber: true })),
        { title: 'All ages', isNumber: true },
        { title: 'Longest', isNumber: true },
        { title: 'Total', isNumber: true },
      ],
      rows: states.map(({ status, orders, byAge, longestMs, totals: ofState }) => [
        STATUS_TEXT[status],
        ...ages.map((_, index) => countText(byAge[index] ?? 0)),
        countText(orders),
        longestMs === null ? NONE : formatDuration(longestMs),
        amountsText(ofState),
      ]),
      total: [
        'All states',
        ...ages.map((_, index) =>
          countText(states.reduce((sum, { byAge }) => sum + (byAge[index] ?? 0), 0)),
        ),
        all,
        '',
        amountsText(totals),
      ],
    },
  };
}

export function countOpen(totals: readonly OpenTotals[]): number {
  return totals.reduce((sum, { orders }) => sum + orders, 0);
}

function amountsText(totals: readonly OpenTotals[]): string {
  if (totals.length === 0) return NONE;
  return totals.map(({ currency, total }) => formatMoney(total, currency)).join(', ');
}
