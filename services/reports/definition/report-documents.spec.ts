import type {
  AgeingFigures,
  DailyFigures,
  PlacedTotals,
} from '@ordercast/contract/report-figures.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { openTestDatabase } from '../../testing/test-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { Block, ReportDocument } from '../pdf/report-document.ts';
import { dayOf } from '../period/calendar-day.ts';
import { insertShop, randomOrders } from '../testing/random-shop.ts';
import { ageingReport } from './ageing-report.ts';
import { amountText, countText } from './amount-text.ts';
import { dailyReport } from './daily-report.ts';
import { exportReport } from './export-report.ts';
import { noTotals } from './placed-orders.ts';
import { REPORT_DEFINITIONS } from './report-definitions.ts';
import type { ReportDefinition, ReportScope } from './report-definition.ts';

const day = dayOf('2026-10-25', 'Europe/Berlin');
const scope: ReportScope = { ...day, at: day.to + 3_600_000 };
const EMPTY = { ...dayOf('2020-01-01', 'UTC'), at: 0 };

let database: TestDatabase;
let daily: DailyFigures;
let ageing: AgeingFigures;
beforeAll(async () => {
  database = await openTestDatabase();
  const random = seededRandom(1);
  const instants = Array.from({ length: 300 }, () =>
    Math.floor(day.from + random() * 25 * 3_600_000),
  );
  await insertShop(database.db, randomOrders(random, instants));
  daily = await dailyReport.readFigures(database.db, scope);
  ageing = await ageingReport.readFigures(database.db, scope);
});
afterAll(() => database.close());

/** The pages of a day, and the day before it. */
function documentOn(now: PlacedTotals, before: PlacedTotals): ReportDocument | undefined {
  const [dayBefore] = daily.comparisons;
  if (dayBefore === undefined) throw new Error('There is no day before');
  const comparisons = [{ ...dayBefore, totals: [before] }];
  const hours = daily.hours.map((hour) => ({ ...hour, totals: [] }));
  return dailyReport.document?.({ ...daily, totals: [now], comparisons, hours }, scope);
}

/** Its blocks; every table has a cell for each column, and no text is empty. */
function blocksOf(document: ReportDocument | undefined): readonly Block[] {
  const blocks = document?.blocks ?? [];
  for (const block of blocks) {
    if (block.kind !== 'table') continue;
    for (const cells of [...block.rows, ...(block.total === undefined ? [] : [block.total])]) {
      expect(cells).toHaveLength(block.columns.length);
      expect(cells).not.toContain('');
    }
  }
  expect(JSON.stringify(document)).not.toMatch(/undefined|NaN|Infinity/);
  return blocks;
}

const ofKind = <Kind extends Block['kind']>(blocks: readonly Block[], kind: Kind) =>
  blocks.filter((block): block is Extract<Block, { kind: Kind }> => block.kind === kind);

const sumOf = (bars: readonly { value: number }[]) =>
  bars.reduce((sum, { value }) => sum + value, 0);

describe('the pages of the daily report', () => {
  it('have charts whose bars are the hours, and come to the total that they say', () => {
    const charts = ofKind(blocksOf(dailyReport.document?.(daily, scope)), 'barChart');
    const [orders, ...revenues] = charts;
    expect(orders?.bars.map(({ label }) => label).slice(0, 5)).toEqual([
      '00',
      '01',
      '02:00+02:00',
      '02:00+01:00',
      '03',
    ]);
    expect(orders?.total).toBe(`${countText(sumOf(orders?.bars ?? []))} orders`);
    expect(revenues).toHaveLength(2);
    for (const [index, chart] of revenues.entries()) {
      const totals = daily.totals[index];
      expect(chart.yTitle).toBe(`Revenue, ${totals?.currency ?? ''}`);
      expect(sumOf(chart.bars)).toBe(totals?.revenue);
      expect(chart.total).toBe(chart.format(totals?.revenue ?? 0));
    }
  });

  it('have a table of products for each currency, whose rows come to its revenue', () => {
    const tables = ofKind(blocksOf(dailyReport.document?.(daily, scope)), 'table');
    for (const { currency, revenue } of daily.totals) {
      const table = tables.find(({ title }) => title === `Products, ${currency}`);
      expect(table?.rows).toHaveLength(16);
      expect(table?.rows.at(-1)?.[0]).toMatch(/^\d+ other products$/);
      expect(table?.total?.at(-1)).toBe(amountText(revenue, currency));
    }
    expect(tables.at(-1)?.title).toBe('Time in each state');
  });

  it('compare each figure with the day and the week before, and say how long the day was', () => {
    const document = dailyReport.document?.(daily, scope);
    expect(document?.subtitle).toBe('2026-10-25, Europe/Berlin, 25 hours; read 2026-10-26 01:00');
    const [figures] = ofKind(blocksOf(document), 'keyFigures');
    expect(figures?.items).toHaveLength(9);
    for (const { comparisons } of figures?.items ?? []) {
      expect(comparisons?.map(({ label }) => label)).toEqual(['the day before', 'a week before']);
    }
  });

  it('compare the number of cancelled orders, as the preview does, and tell their amount', () => {
    const before = { ...noTotals('EUR'), orders: 4, cancelledOrders: 2, cancelledTotal: 300 };
    const now = { ...noTotals('EUR'), orders: 1, cancelledOrders: 3, cancelledTotal: 700 };
    const [figures] = ofKind(blocksOf(documentOn(now, before)), 'keyFigures');
    expect(figures?.items.at(-1)).toEqual({
      label: 'Cancelled orders',
      value: '3 (EUR 7.00)',
      comparisons: [{ label: 'the day before', value: '+50%' }],
    });
  });

  it('compare a day without orders with those before it', () => {
    const before = { ...noTotals('EUR'), orders: 4, revenue: 1000, cancelledOrders: 2 };
    const blocks = blocksOf(documentOn(noTotals('EUR'), before));
    const [figures] = ofKind(blocks, 'keyFigures');
    expect(
      figures?.items.map(({ value, comparisons }) => [value, comparisons?.[0]?.value]),
    ).toEqual([
      ['EUR 0.00', '\u2212100%'],
      ['0', '\u2212100%'],
      ['0 (EUR 0.00)', '\u2212100%'],
    ]);
    expect(blocks[1]).toEqual({ kind: 'note', text: 'No orders were placed on this day.' });
    expect(ofKind(blocks, 'barChart')).toEqual([]);
  });

  it('have no chart of a currency in which nothing was placed', () => {
    const totals = [{ ...noTotals('EUR'), orders: 1 }, noTotals('JPY')];
    const charts = ofKind(
      blocksOf(dailyReport.document?.({ ...daily, totals }, scope)),
      'barChart',
    );
    expect(charts.map(({ yTitle }) => yTitle)).toEqual(['Orders', 'Revenue, EUR']);
  });

  it('say that there was nothing, where there was nothing', async () => {
    const none = await dailyReport.readFigures(database.db, EMPTY);
    expect(blocksOf(dailyReport.document?.(none, EMPTY))).toMatchObject([
      { kind: 'note', text: 'No orders were placed on this day.' },
      { kind: 'note' },
    ]);
    expect(dailyReport.headline(none, EMPTY)).toEqual({
      title: 'Orders of 2020-01-01 (UTC)',
      lines: [{ label: 'Orders', value: '0' }],
    });
  });
});

describe('the pages of the ageing report', () => {
  it('have a bar for each state, in parts by age, and all that waits in a table', () => {
    const blocks = blocksOf(ageingReport.document?.(ageing, scope));
    const [chart] = ofKind(blocks, 'barChart');
    for (const { value, parts } of chart?.bars ?? []) expect(sumOf(parts ?? [])).toBe(value);
    const orders = ageing.totals.reduce((sum, one) => sum + one.orders, 0);
    expect([sumOf(chart?.bars ?? []), chart?.bars.length]).toEqual([orders, 4]);
    const [states, longest] = ofKind(blocks, 'table');
    expect(states?.total?.slice(0, 2)).toEqual(['All', countText(orders)]);
    expect(longest?.rows).toHaveLength(25);
    expect(longest?.note).toContain(`of ${orders}`);
  });

  it('say that nothing is open, where nothing is', () => {
    const none: AgeingFigures = {
      ...ageing,
      totals: [],
      longest: [],
      states: ageing.states.map((state) => ({
        ...state,
        orders: 0,
        totals: [],
        longestMs: null,
        byAge: state.byAge.map(() => 0),
      })),
    };
    expect(blocksOf(ageingReport.document?.(none, scope)).map(({ kind }) => kind)).toEqual([
      'keyFigures',
      'note',
      'note',
    ]);
    expect(ageingReport.headline(none, scope).lines).toEqual([
      { label: 'Open orders', value: '0' },
    ]);
  });
});

describe('the headline of a report', () => {
  it('tells the figures of each currency', async () => {
    const { title, lines } = dailyReport.headline(daily, scope);
    expect(title).toBe('Orders of 2026-10-25 (Europe/Berlin)');
    const [first] = daily.totals;
    expect(lines).toHaveLength(9);
    expect(lines.slice(0, 2)).toEqual([
      { label: `Orders, ${first?.currency ?? ''}`, value: countText(first?.orders ?? 0) },
      {
        label: `Revenue, ${first?.currency ?? ''}`,
        value: amountText(first?.revenue ?? 0, first?.currency ?? ''),
      },
    ]);
    expect(ageingReport.headline(ageing, scope).title).toBe(
      'Open orders at 2026-10-26 01:00 (Europe/Berlin)',
    );
    const exported = await exportReport.readFigures(database.db, scope);
    expect(exportReport.headline(exported, scope)).toMatchObject({
      title: 'Orders from 2026-10-25 00:00 to 2026-10-26 00:00 (Europe/Berlin)',
      lines: [
        { label: 'Line items', value: countText(exported.lineItems) },
        ...Array<object>(9).fill({}),
      ],
    });
  });
});

it('every report stands in the list under its own kind', () => {
  for (const [kind, definition] of Object.entries<Pick<ReportDefinition<never>, 'kind'>>(
    REPORT_DEFINITIONS,
  )) {
    expect(definition.kind).toBe(kind);
  }
});
