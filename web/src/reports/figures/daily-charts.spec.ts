import { dailyFiguresSchema } from '@ordercast/contract/report-figures.ts';
import type { DailyFigures, PlacedTotals } from '@ordercast/contract/report-figures.ts';
import { describe, expect, it } from 'vitest';
import { formatMoney } from '../../format/money.ts';
import {
  dailyKeyFigures,
  ordersByHour,
  productsByRevenue,
  revenueByHour,
  timeInStates,
} from './daily-charts.ts';

const FROM = '2026-10-24T22:00:00.000Z';
const TO = '2026-10-25T23:00:00.000Z';

function totals(currency: string, orders: number, revenue: number): PlacedTotals {
  return { currency, orders, revenue, cancelledOrders: 1, cancelledTotal: 500 };
}

/** A day on which clocks go back, with two currencies. */
function figures(changes: Partial<DailyFigures> = {}): DailyFigures {
  const hour = (label: string, ...of: PlacedTotals[]) => ({
    label,
    from: FROM,
    to: TO,
    totals: of,
  });
  return {
    date: '2026-10-25',
    timeZone: 'Europe/Berlin',
    from: FROM,
    to: TO,
    readAt: TO,
    totals: [totals('EUR', 3, 4_500), totals('JPY', 1, 900)],
    comparisons: [
      {
        against: 'dayBefore',
        date: '2026-10-24',
        from: FROM,
        to: TO,
        totals: [totals('EUR', 2, 9_000)],
      },
    ],
    hours: [
      hour('01:00'),
      hour('02:00+02:00', totals('EUR', 2, 3_000), totals('JPY', 1, 900)),
      hour('02:00+01:00', totals('EUR', 1, 1_500)),
    ],
    stays: [],
    products: [
      { productId: 'tea', name: 'Tea', currency: 'EUR', quantity: 3, revenue: 3_000 },
      { productId: 'cha', name: '茶', currency: 'JPY', quantity: 1, revenue: 900 },
    ],
    otherProducts: [{ currency: 'EUR', products: 2, quantity: 4, revenue: 1_500 }],
    ...changes,
  };
}

describe('the preview of a day', () => {
  it('is of figures as the contract has them', () => {
    expect(dailyFiguresSchema.safeParse(figures()).success).toBe(true);
  });

  it('has a column for each hour, those that come twice apart, and names the zone', () => {
    const chart = ordersByHour(figures());
    expect(chart.columns.map(({ label, name, value }) => [label, name, value])).toEqual([
      ['01', '01:00', 0],
      ['02:00+02:00', '02:00+02:00', 3],
      ['02:00+01:00', '02:00+01:00', 1],
    ]);
    expect(chart.xTitle).toContain('Europe/Berlin');
    expect(chart.total).toBe('4 orders');
    expect(chart.table.total).toEqual(['All hours', '4', '2']);
  });

  it('never adds two currencies, and tells amounts by each one’s own digits', () => {
    const [euro, yen] = ['EUR', 'JPY'].map((currency) => revenueByHour(currency, figures()));
    expect(euro?.columns.map(({ value }) => value)).toEqual([0, 3_000, 1_500]);
    expect(euro?.total).toBe(formatMoney(4_500, 'EUR'));
    expect(yen?.columns.map(({ value }) => value)).toEqual([0, 900, 0]);
    expect(yen?.total).toBe(formatMoney(900, 'JPY'));
    expect([euro?.title, yen?.title]).toEqual(['Revenue by hour, EUR', 'Revenue by hour, JPY']);
  });

  it('compares each figure with the same currency of the day before', () => {
    const [euro, yen] = figures().totals.map((of) => dailyKeyFigures(of, figures()));
    expect(euro?.map(({ comparisons }) => comparisons[0]?.change)).toEqual([
      '\u221250%',
      '+50%',
      '±0%',
    ]);
    expect(yen?.map(({ comparisons }) => comparisons[0]?.change)).toEqual(['new', 'new', 'new']);
  });

  it('counts in the table, and in the total, the products that have no bar', () => {
    const chart = productsByRevenue('EUR', figures());
    expect(chart?.rows.map(({ name }) => name)).toEqual(['Tea']);
    expect(chart?.table.rows.map(([name]) => name)).toEqual(['Tea', '2 other products']);
    expect(chart?.table.total).toEqual(['All products', '7', formatMoney(4_500, 'EUR')]);
    expect(productsByRevenue('USD', figures())).toBeUndefined();
  });

  it('marks durations in a unit that fits the longest of them', () => {
    const hours = (count: number) => count * 3_600_000;
    const stay = { status: 'placed', count: 2, longestMs: hours(90) } as const;
    expect(timeInStates(figures())).toBeUndefined();
    const chart = timeInStates(figures({ stays: [{ ...stay, meanMs: hours(3) }] }));
    expect(chart?.xTitle).toMatch(/hours$/);
    expect(chart?.marks.at(-1)).toEqual({ value: hours(3), text: '3 h' });
    const longer = timeInStates(figures({ stays: [{ ...stay, meanMs: hours(72) }] }));
    expect(longer?.marks.at(-1)).toEqual({ value: hours(72), text: '3 d' });
  });
});
