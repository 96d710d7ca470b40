import { OPEN_STATUSES } from '@ordercast/contract/report-figures.ts';
import type { PlacedTotals } from '@ordercast/contract/report-figures.ts';
import type { Summary } from '@ordercast/contract/summary.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isoInstant } from '@ordercast/platform/column.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { summarizeOrders } from '../../orders/summary-store.ts';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { CsvRow } from '../csv/csv-row.ts';
import { decimalAmount } from '../csv/decimal-amount.ts';
import { dayBefore, dayOf } from '../period/calendar-day.ts';
import { PEOPLE, insertShop, randomOrders } from '../testing/random-shop.ts';
import type { ShopOrder } from '../testing/random-shop.ts';
import { ageingReport } from './ageing-report.ts';
import { dailyReport } from './daily-report.ts';
import { exportReport } from './export-report.ts';
import { noTotals } from './placed-orders.ts';
import type { ReportDefinition, ReportScope } from './report-definition.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STILL_PLACED = { status: 'placed' } as const;

/** Days of every length, and some that begin or end at an odd instant. */
const DAYS = [
  ['2026-11-21', 'UTC'],
  ['2026-03-29', 'Europe/Berlin'],
  ['2026-10-25', 'Europe/Berlin'],
  ['2026-11-01', 'Europe/Berlin'],
  ['2026-03-08', 'America/New_York'],
  ['2026-03-29', 'Asia/Beirut'],
  ['2026-10-24', 'Asia/Beirut'],
  ['2026-09-06', 'America/Santiago'],
  ['2026-04-05', 'Australia/Lord_Howe'],
  ['2026-10-04', 'Australia/Lord_Howe'],
  ['2026-11-21', 'Asia/Kathmandu'],
  ['2026-09-27', 'Pacific/Chatham'],
  ['2011-12-31', 'Pacific/Apia'],
  ['2012-01-06', 'Pacific/Apia'],
] as const;

/** What every database must give for the reports. */
export function reportDefinitionsContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  describe('the daily report', () => {
    it.each(DAYS.map(([date, zone], index) => [date, zone, index + 1] as const))(
      'of %s in %s has the sums of GET /orders/summary, to the cent (seed %d)',
      async (date, timeZone, seed) => {
        const random = seededRandom(seed);
        const day = dayOf(date, timeZone);
        const edges = [day.from, day.to, day.from - DAY_MS, day.from - 7 * DAY_MS];
        const quarters = Array.from(
          { length: 100 },
          (_, index) => day.from + (index * HOUR_MS) / 4,
        );
        const orders = randomOrders(random, [
          ...[...edges, ...quarters].flatMap((edge) => [edge - 1, edge, edge + 1]),
          ...Array.from({ length: 200 }, () =>
            Math.floor(day.from - 8 * DAY_MS + random() * 10 * DAY_MS),
          ),
        ]);
        await insertShop(database.db, orders);
        const scope = { ...day, at: day.to + 3 * DAY_MS };
        const figures = await dailyReport.readFigures(database.db, scope);
        expect(dailyReport.figuresSchema.parse(figures)).toEqual(figures);
        expect(JSON.stringify(figures).length).toBeLessThan(40_000);

        const summary = (from: number, to: number) => summarizeOrders(database.db, from, to);
        expect(sumOf(figures.totals)).toEqual(summed(await summary(day.from, day.to)));
        for (const { from, to, totals } of [...figures.hours, ...figures.comparisons]) {
          const ofPart = await summary(Date.parse(from), Date.parse(to));
          expect([from, sumOf(totals)]).toEqual([from, summed(ofPart)]);
        }
        expect(sumOf(figures.hours.flatMap(({ totals }) => totals))).toEqual(sumOf(figures.totals));
        const placed = orders.filter(within(day));
        expect(placed.length).toBeGreaterThan(100);
        for (const { currency, revenue } of figures.totals) {
          const products = [...figures.products, ...figures.otherProducts].filter(
            (one) => one.currency === currency,
          );
          expect(products.reduce((sum, one) => sum + one.revenue, 0)).toBe(revenue);
          const sold = placed.filter(
            (order) => order.currency === currency && order.status !== 'cancelled',
          );
          expect(products.reduce((sum, one) => sum + one.quantity, 0)).toBe(
            sold.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0),
          );
        }
        expect(figures.stays).toEqual(staysOf(orders, day));
        expect(figures.stays.length).toBeGreaterThan(2);

        const rows = await rowsOf(dailyReport, database, scope, figures);
        const totals = rows.filter(({ section }) => section === 'total');
        for (const { currency, ...total } of totals) {
          const of = (section: string) =>
            rows.filter((row) => row['section'] === section && row['currency'] === currency);
          for (const measure of ['orders', 'revenue', 'cancelled_orders', 'cancelled_total']) {
            expect(sumCells(of('hour'), measure)).toBe(sumCells([total], measure));
          }
          expect(sumCells(of('product'), 'revenue')).toBe(sumCells([total], 'revenue'));
          expect(of('product').length).toBeGreaterThan(15);
        }
        expect(totals).toHaveLength(3);
      },
    );

    it('compares with days of the calendar, and leaves out those that there were not', async () => {
      const against = async (date: string, timeZone: string) => {
        const scope = { ...dayOf(date, timeZone), at: 0 };
        const { comparisons } = await dailyReport.readFigures(database.db, scope);
        return comparisons.map((one) => [one.against, one.date]);
      };
      expect(await against('2026-11-01', 'Europe/Berlin')).toEqual([
        ['dayBefore', '2026-10-31'],
        ['weekBefore', '2026-10-25'],
      ]);
      expect(await against('2012-01-06', 'Pacific/Apia')).toEqual([['dayBefore', '2012-01-05']]);
    });

    it('has zeros for a currency that only the days before have', async () => {
      const day = dayOf('2026-10-25', 'Europe/Berlin');
      const euros = randomOrders(seededRandom(1), [dayBefore(day).from, day.from - 7 * DAY_MS]);
      await insertShop(
        database.db,
        euros.map((order, index) => ({ ...order, currency: index === 0 ? 'JPY' : 'EUR' })),
      );
      const scope = { ...day, at: 0 };
      const figures = await dailyReport.readFigures(database.db, scope);
      expect(dailyReport.figuresSchema.parse(figures)).toEqual(figures);
      expect(figures.totals).toEqual([noTotals('EUR'), noTotals('JPY')]);
      const rows = await rowsOf(dailyReport, database, scope, figures);
      const zeros = { orders: 0, cancelled_orders: 0 };
      expect(rows.filter(({ section }) => section === 'total')).toMatchObject([
        { key: '2026-10-25', currency: 'EUR', revenue: '0.00', ...zeros },
        { key: '2026-10-25', currency: 'JPY', revenue: '0', ...zeros },
      ]);
      const hours = rows.filter(({ section }) => section === 'hour');
      expect(hours).toHaveLength(2 * 25);
      for (const hour of hours) expect(hour).toMatchObject(zeros);
    });

    it('of a day without orders, as those before it, has its hours, and no totals', async () => {
      const scope = { ...dayOf('2026-10-25', 'Europe/Berlin'), at: 0 };
      const figures = await dailyReport.readFigures(database.db, scope);
      expect(figures).toMatchObject({ totals: [], stays: [], products: [], otherProducts: [] });
      expect(figures.hours).toHaveLength(25);
      expect(await rowsOf(dailyReport, database, scope, figures)).toEqual([]);
    });

    it('is of a whole day', async () => {
      const day = dayOf('2026-10-25', 'Europe/Berlin');
      const part = { ...day, to: day.from + DAY_MS, at: 0 };
      await expect(dailyReport.readFigures(database.db, part)).rejects.toThrow('one whole day');
    });

    it('gives products by the name that the catalogue has, and those that were cancelled alone not', async () => {
      const random = seededRandom(1);
      const day = dayOf('2026-11-21', 'UTC');
      const [kept, gone] = randomOrders(random, [day.from, day.from + 1]);
      if (kept === undefined || gone === undefined) throw new Error('Two orders were wanted');
      const line = { name: 'As it was called', quantity: 2, unitPrice: 100, total: 200 };
      await insertShop(database.db, [
        { ...kept, status: 'placed', total: 200, lines: [{ ...line, productId: 'product-1' }] },
        { ...gone, status: 'cancelled', total: 200, lines: [{ ...line, productId: 'product-2' }] },
      ]);
      const figures = await dailyReport.readFigures(database.db, { ...day, at: 0 });
      expect(figures.products).toEqual([
        {
          productId: 'product-1',
          name: 'Now product-1',
          currency: kept.currency,
          quantity: 2,
          revenue: 200,
        },
      ]);
    });
  });

  describe('the ageing report', () => {
    it.each([1, 2, 3])('has what is open, by state and age (seed %d)', async (seed) => {
      const random = seededRandom(seed);
      const at = Date.parse('2026-11-21T12:00:00.000Z');
      const orders = randomOrders(
        random,
        Array.from({ length: 1400 }, () => Math.floor(at - random() ** 3 * 20 * DAY_MS)),
      ).map((order, index) => ({ ...order, ...(index % 2 === 0 && STILL_PLACED) }));
      await insertShop(database.db, orders);
      const scope = { from: 0, to: 0, timeZone: 'Europe/Berlin', at };
      const figures = await ageingReport.readFigures(database.db, scope);
      expect(ageingReport.figuresSchema.parse(figures)).toEqual(figures);

      const open = orders.filter(({ status }) => !['delivered', 'cancelled'].includes(status));
      // A page of one state is not enough, and of another more than enough.
      expect(open.filter(({ status }) => status === 'placed').length).toBeGreaterThan(700);
      expect(open.length).toBeGreaterThan(1000);
      const bounds = figures.ages.map(({ fromMs }) => fromMs);
      for (const { status, orders: count, longestMs, byAge, totals } of figures.states) {
        const own = open.filter((order) => order.status === status);
        const waits = own.map(({ updatedAt }) => Math.max(0, at - updatedAt));
        expect([count, longestMs]).toEqual([own.length, Math.max(...waits)]);
        expect(byAge).toEqual(
          bounds.map(
            (from, index) =>
              waits.filter((wait) => wait >= from && wait < (bounds[index + 1] ?? Infinity)).length,
          ),
        );
        for (const { currency, orders: some, total } of totals) {
          const those = own.filter((order) => order.currency === currency);
          expect([some, total]).toEqual([those.length, those.reduce((sum, o) => sum + o.total, 0)]);
        }
      }
      const longest = open.toSorted((a, b) => a.updatedAt - b.updatedAt || (a.id < b.id ? -1 : 1));
      expect(figures.longest.map(({ id }) => id)).toEqual(longest.slice(0, 25).map(({ id }) => id));

      const rows = await rowsOf(ageingReport, database, scope, figures);
      expect(rows.map((row) => row['order_id'])).toEqual(open.map(({ id }) => id).sort());
      for (const { currency, total } of figures.totals) {
        const own = rows.filter((row) => row['currency'] === currency);
        expect(sumCells(own, 'total')).toBe(BigInt(total));
      }
    });

    it('counts an order of exactly an age in that age, and one of the future as new', async () => {
      const at = Date.parse('2026-11-21T12:00:00.000Z');
      const random = seededRandom(1);
      const instants = [at - 4 * HOUR_MS, at - 4 * HOUR_MS + 1, at + 5000];
      const orders = randomOrders(random, instants).map((order) => ({
        ...order,
        status: 'placed' as const,
        updatedAt: order.createdAt,
      }));
      await insertShop(database.db, orders);
      const scope = { from: 0, to: 0, timeZone: 'UTC', at };
      const { states, longest } = await ageingReport.readFigures(database.db, scope);
      expect(states[0]).toMatchObject({ status: 'placed', byAge: [1, 1, 1, 0, 0, 0] });
      expect(longest.map(({ waitingMs }) => waitingMs)).toEqual([4 * HOUR_MS, 4 * HOUR_MS - 1, 0]);
    });

    it('has every open state where nothing is open', async () => {
      const scope = { from: 0, to: 0, timeZone: 'UTC', at: 0 };
      const figures = await ageingReport.readFigures(database.db, scope);
      expect(figures.states.map(({ status }) => status)).toEqual(OPEN_STATUSES);
      expect(figures.states.map(({ longestMs }) => longestMs)).toEqual([null, null, null, null]);
      expect(await rowsOf(ageingReport, database, scope, figures)).toEqual([]);
    });
  });

  describe('the export', () => {
    it.each([1, 2])('has a row for each line item, page by page (seed %d)', async (seed) => {
      const random = seededRandom(seed);
      const from = Date.parse('2026-11-01T00:00:00.000Z');
      const to = from + 20 * DAY_MS;
      const instants = [
        // More of one instant than a page holds, and the bounds of the period.
        ...Array.from({ length: 450 }, () => from + DAY_MS),
        ...[from - 1, from, to - 1, to, to + 1],
        ...Array.from({ length: 300 }, () => Math.floor(from + random() * 20 * DAY_MS)),
      ];
      const orders = randomOrders(random, instants);
      await insertShop(database.db, orders);
      const scope = { from, to, timeZone: 'UTC', at: to };
      const figures = await exportReport.readFigures(database.db, scope);
      expect(exportReport.figuresSchema.parse(figures)).toEqual(figures);
      const placed = orders
        .filter(within(scope))
        .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      const lines = placed.flatMap((order) => order.lines.map((line) => ({ order, line })));
      expect(figures.lineItems).toBe(lines.length);

      const asked: string[] = [];
      database.db.on('query', ({ sql }: { sql: string }) => void asked.push(sql));
      const rows = await rowsOf(exportReport, database, scope, figures);
      expect(asked.length).toBeGreaterThan(6);
      expect(asked.filter((sql) => /\boffset\b/i.test(sql))).toEqual([]);
      expect(rows).toHaveLength(lines.length);
      for (const [index, { order, line }] of lines.entries()) {
        expect(rows[index]).toEqual({
          order_id: order.id,
          order_number: order.id.slice(-8),
          status: order.status,
          placed_at: isoInstant(order.createdAt),
          updated_at: isoInstant(order.updatedAt),
          customer_id: order.customerId,
          customer_name: PEOPLE.find(({ sub }) => sub === order.customerId)?.name,
          customer_email: PEOPLE.find(({ sub }) => sub === order.customerId)?.email,
          note: order.note,
          currency: order.currency,
          order_total: decimalAmount(order.total, order.currency),
          line_no: order.lines.indexOf(line) + 1,
          product_id: line.productId,
          product_name: line.name,
          quantity: line.quantity,
          unit_price: decimalAmount(line.unitPrice, order.currency),
          line_total: decimalAmount(line.total, order.currency),
        });
      }
      for (const { currency, revenue, cancelledTotal } of figures.totals) {
        const own = rows.filter((row) => row['currency'] === currency);
        expect(sumCells(own, 'line_total')).toBe(BigInt(revenue + cancelledTotal));
      }
      expect(sumOf(figures.totals)).toEqual(summed(await summarizeOrders(database.db, from, to)));
    });

    it('of a period without orders has no rows', async () => {
      const scope = { from: 0, to: DAY_MS, timeZone: 'UTC', at: 0 };
      const figures = await exportReport.readFigures(database.db, scope);
      expect(figures).toMatchObject({ totals: [], lineItems: 0 });
      expect(await rowsOf(exportReport, database, scope, figures)).toEqual([]);
    });
  });
}

const within =
  ({ from, to }: { from: number; to: number }) =>
  ({ createdAt }: ShopOrder) =>
    createdAt >= from && createdAt < to;

function sumOf(totals: readonly PlacedTotals[]) {
  const sum = { orders: 0, revenue: 0, cancelledOrders: 0, cancelledTotal: 0 };
  for (const one of totals) {
    sum.orders += one.orders;
    sum.revenue += one.revenue;
    sum.cancelledOrders += one.cancelledOrders;
    sum.cancelledTotal += one.cancelledTotal;
  }
  return sum;
}

/** The same of what the dashboard is told. */
function summed({ byStatus }: Summary) {
  const sum = { orders: 0, revenue: 0, cancelledOrders: 0, cancelledTotal: 0 };
  for (const { status, count, total } of byStatus) {
    sum[status === 'cancelled' ? 'cancelledOrders' : 'orders'] += count;
    sum[status === 'cancelled' ? 'cancelledTotal' : 'revenue'] += total;
  }
  return sum;
}

function staysOf(orders: readonly ShopOrder[], { from, to }: { from: number; to: number }) {
  const ended = orders.flatMap(({ changes }) =>
    changes.slice(1).map((change, index) => ({
      status: change.from,
      at: change.at,
      ms: change.at - (changes[index]?.at ?? 0),
    })),
  );
  return ['placed', 'confirmed', 'packed', 'shipped']
    .map((status) => ({
      status,
      stays: ended.filter((one) => one.status === status && one.at >= from && one.at < to),
    }))
    .filter(({ stays }) => stays.length > 0)
    .map(({ status, stays }) => ({
      status,
      count: stays.length,
      meanMs: Math.floor(stays.reduce((sum, { ms }) => sum + ms, 0) / stays.length),
      longestMs: Math.max(...stays.map(({ ms }) => ms)),
    }));
}

type Row = Record<string, CsvRow[number]>;

/** The rows of a report's file, by the names of its columns; they are as many as it says. */
async function rowsOf<Figures>(
  { csv }: ReportDefinition<Figures>,
  { db }: TestDatabase,
  scope: ReportScope,
  figures: Figures,
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of csv.readRows(db, scope, figures)) {
    expect(page.length).toBeLessThanOrEqual(250);
    for (const row of page) {
      expect(row).toHaveLength(csv.columns.length);
      rows.push(Object.fromEntries(csv.columns.map((name, index) => [name, row[index] ?? null])));
    }
  }
  expect(await csv.countRows(db, scope, figures)).toBe(rows.length);
  return rows;
}

/** Exact: the digits of decimal text, which all cells of a currency have alike. */
function sumCells(rows: readonly Row[], column: string): bigint {
  return rows.reduce((sum, row) => sum + BigInt(String(row[column]).replace('.', '')), 0n);
}
