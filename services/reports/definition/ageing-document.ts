import type { AgeingFigures, OpenTotals } from '@ordercast/contract/report-figures.ts';
import type { BarChart, ReportDocument, Table } from '../pdf/report-document.ts';
import { amountText, countText } from './amount-text.ts';
import { durationText } from './duration-text.ts';
import { localText } from './local-text.ts';
import { statusText } from './status-text.ts';

export function ageingDocument(figures: AgeingFigures): ReportDocument {
  const { readAt, timeZone, totals, states } = figures;
  const orders = countAll(totals);
  const longestMs = Math.max(0, ...states.map((state) => state.longestMs ?? 0));
  return {
    title: 'Ageing of open orders',
    subtitle: `Read ${localText(readAt, timeZone)}, ${timeZone}`,
    language: 'en',
    blocks: [
      {
        kind: 'keyFigures',
        items: [
          { label: 'Open orders', value: countText(orders) },
          ...totals.map(({ currency, total }) => ({
            label: `Their total, ${currency}`,
            value: amountText(total, currency),
          })),
          ...(orders === 0 ? [] : [{ label: 'Longest wait', value: durationText(longestMs) }]),
        ],
      },
      ...(orders === 0
        ? ([{ kind: 'note', text: 'No order is open.' }] as const)
        : [statesChart(figures), statesTable(figures), longestTable(figures)]),
      {
        kind: 'note',
        text:
          'An order is open until it is delivered or cancelled. It waits since it came into its state, not since it was ' +
          'placed.',
      },
    ],
  };
}

function countAll(totals: readonly OpenTotals[]): number {
  return totals.reduce((sum, { orders }) => sum + orders, 0);
}

function statesChart({ states, ages, totals }: AgeingFigures): BarChart {
  return {
    kind: 'barChart',
    title: 'Open orders by state and age',
    xTitle: 'State',
    yTitle: 'Orders',
    bars: states.map(({ status, orders, byAge }) => ({
      label: statusText(status),
      value: orders,
      parts: ages.map(({ label }, index) => ({ label, value: byAge[index] ?? 0 })),
    })),
    format: countText,
    total: `${countText(countAll(totals))} orders`,
  };
}

function statesTable({ states, ages, totals }: AgeingFigures): Table {
  const amounts = (ofState: readonly OpenTotals[]) =>
    ofState.map(({ currency, total }) => amountText(total, currency)).join(', ');
  return {
    kind: 'table',
    title: 'What waits, and how long in its state',
    columns: [
      { title: 'State', align: 'start', share: 3 },
      { title: 'Orders', align: 'end', share: 2 },
      ...ages.map(({ label }) => ({ title: label, align: 'end' as const, share: 2 })),
      { title: 'Longest', align: 'end', share: 3 },
      { title: 'Total', align: 'end', share: 4 },
    ],
    rows: states.map(({ status, orders, byAge, longestMs, totals: ofState }) => [
      statusText(status),
      countText(orders),
      ...byAge.map(countText),
      longestMs === null ? '–' : durationText(longestMs),
      ofState.length === 0 ? '–' : amounts(ofState),
    ]),
    total: [
      'All',
      countText(countAll(totals)),
      ...ages.map((_, index) =>
        countText(states.reduce((sum, { byAge }) => sum + (byAge[index] ?? 0), 0)),
      ),
      durationText(Math.max(0, ...states.map(({ longestMs }) => longestMs ?? 0))),
      amounts(totals),
    ],
  };
}

function longestTable({ longest, totals, timeZone }: AgeingFigures): Table {
  const orders = countAll(totals);
  return {
    kind: 'table',
    title: 'Longest waits',
    columns: [
      { title: 'Order', align: 'start', share: 3 },
      { title: 'State', align: 'start', share: 3 },
      { title: 'Waits', align: 'end', share: 3 },
      { title: 'Customer', align: 'start', share: 6 },
      { title: 'Placed', align: 'start', share: 4 },
      { title: 'Total', align: 'end', share: 4 },
    ],
    rows: longest.map((order) => [
      order.number,
      statusText(order.status),
      durationText(order.waitingMs),
      order.customerName,
      localText(order.placedAt, timeZone),
      amountText(order.total, order.currency),
    ]),
    ...(longest.length < orders && {
      note: `The ${countText(longest.length)} that wait longest, of ${countText(orders)}; the CSV file has all.`,
    }),
  };
}
