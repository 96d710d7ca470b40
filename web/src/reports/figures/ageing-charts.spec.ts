import { ageingFiguresSchema } from '@ordercast/contract/report-figures.ts';
import type { AgeingFigures } from '@ordercast/contract/report-figures.ts';
import { expect, it } from 'vitest';
import { formatMoney } from '../../format/money.ts';
import { ageingKeyFigures, openOrdersByAge } from './ageing-charts.ts';

const HOUR_MS = 3_600_000;

const FIGURES: AgeingFigures = {
  timeZone: 'UTC',
  readAt: '2026-11-22T05:00:00.000Z',
  totals: [{ currency: 'EUR', orders: 3, total: 300 }],
  ages: [
    { label: 'under 1 h', fromMs: 0 },
    { label: '1 h and more', fromMs: HOUR_MS },
  ],
  states: [
    {
      status: 'placed',
      orders: 3,
      totals: [{ currency: 'EUR', orders: 3, total: 300 }],
      longestMs: 5 * HOUR_MS,
      byAge: [1, 2],
    },
    { status: 'packed', orders: 0, totals: [], longestMs: null, byAge: [0, 0] },
  ],
  longest: [],
};

it('open orders are drawn by state, each column in its ages, with the same in a table', () => {
  expect(ageingFiguresSchema.safeParse(FIGURES).success).toBe(true);
  const chart = openOrdersByAge(FIGURES);
  expect(chart.columns[0]?.parts).toEqual([
    { label: 'under 1 h', value: 1 },
    { label: '1 h and more', value: 2 },
  ]);
  expect(chart.table.rows).toEqual([
    ['Placed', '1', '2', '3', '5 h', formatMoney(300, 'EUR')],
    ['Packed', '0', '0', '0', '–', '–'],
  ]);
  expect(chart.table.total).toEqual(['All states', '1', '2', '3', '', formatMoney(300, 'EUR')]);
});

it('the longest wait is told only where something waits', () => {
  expect(ageingKeyFigures(FIGURES).at(-1)?.value).toBe('5 h');
  const none = { ...FIGURES, totals: [], states: FIGURES.states.slice(1) };
  expect(ageingKeyFigures(none).map(({ name }) => name)).toEqual(['Open orders']);
});
