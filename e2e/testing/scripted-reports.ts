import type { AgeingFigures, DailyFigures } from '@ordercast/contract/report-figures.ts';
import type { ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import type { Report, ReportDetail } from '@ordercast/contract/report.ts';
import type { Page, Route } from '@playwright/test';

const HOUR_MS = 3_600_000;

/** The n-th run ever. */
export function runId(n: number): string {
  return `01KAN${String(n).padStart(21, '0')}`;
}

/** For tests of the page alone: a run that is done, of the day that `dailyFigures` are of. */
export function report(n: number, changes: Partial<Report> = {}): Report {
  return {
    id: runId(n),
    kind: 'daily',
    status: 'done',
    version: 5,
    from: '2026-11-20T23:00:00.000Z',
    to: '2026-11-21T23:00:00.000Z',
    timeZone: 'Europe/Berlin',
    scheduleId: null,
    progress: { rows: 812, total: 812 },
    files: [
      { format: 'pdf', bytes: 48_200 },
      { format: 'csv', bytes: 91_733 },
    ],
    failure: null,
    createdAt: '2026-11-22T05:00:00.000Z',
    startedAt: '2026-11-22T05:00:01.000Z',
    finishedAt: '2026-11-22T05:00:09.000Z',
    by: { name: 'Sam Okafor', self: true },
    ...changes,
  };
}

export function reportDetail(n: number, changes: Partial<ReportDetail> = {}): ReportDetail {
  return { ...report(n), mails: [], figures: dailyFigures(), ...changes };
}

export function dailyFigures(): DailyFigures {
  const from = Date.parse('2026-11-20T23:00:00.000Z');
  const at = (hour: number) => new Date(from + hour * HOUR_MS).toISOString();
  const totalsOf = (orders: number) => [
    {
      currency: 'EUR',
      orders,
      revenue: orders * 4_385,
      cancelledOrders: orders % 3,
      cancelledTotal: (orders % 3) * 1_990,
    },
  ];
  const orders = [
    2, 0, 0, 1, 0, 3, 8, 17, 26, 31, 28, 35, 44, 40, 29, 27, 30, 33, 38, 41, 36, 22, 12, 5,
  ];
  const sum = orders.reduce((all, each) => all + each, 0);
  return {
    date: '2026-11-21',
    timeZone: 'Europe/Berlin',
    from: at(0),
    to: at(24),
    readAt: '2026-11-22T05:00:01.000Z',
    totals: totalsOf(sum),
    comparisons: [
      { against: 'dayBefore', date: '2026-11-20', from: at(-24), to: at(0), totals: totalsOf(451) },
      { against: 'weekBefore', date: '2026-11-14', from: at(-168), to: at(-144), totals: [] },
    ],
    hours: orders.map((count, hour) => ({
      label: `${String(hour).padStart(2, '0')}:00`,
      from: at(hour),
      to: at(hour + 1),
      totals: count === 0 ? [] : totalsOf(count),
    })),
    stays: [
      { status: 'placed', count: 460, meanMs: 1.4 * HOUR_MS, longestMs: 9 * HOUR_MS },
      { status: 'confirmed', count: 448, meanMs: 3.2 * HOUR_MS, longestMs: 26 * HOUR_MS },
      { status: 'packed', count: 431, meanMs: 7.9 * HOUR_MS, longestMs: 31 * HOUR_MS },
      { status: 'shipped', count: 402, meanMs: 41 * HOUR_MS, longestMs: 120 * HOUR_MS },
    ],
    products: [
      ['Darjeeling, first flush, 250 g', 412],
      ['قهوة يمنية محمصة', 301],
      ['煎茶 静岡', 277],
      ['A very long name of a product that would not fit beside its bar on any screen', 140],
      ['Milk', 96],
    ].map(([name, quantity], index) => ({
      productId: `product-${index}`,
      name: String(name),
      currency: 'EUR',
      quantity: Number(quantity),
      revenue: Number(quantity) * 1_190,
    })),
    otherProducts: [{ currency: 'EUR', products: 37, quantity: 512, revenue: 769_150 }],
  };
}

export function ageingFigures(): AgeingFigures {
  const bounds = [0, 1, 4, 24, 72, 168].map((hours) => hours * HOUR_MS);
  const labels = ['under 1 h', '1 to 4 h', '4 to 24 h', '1 to 3 d', '3 to 7 d', '7 d and more'];
  const states = (['placed', 'confirmed', 'packed', 'shipped'] as const).map((status, index) => {
    const byAge = [14, 9, 22, 11, 4, 2].map((count) => Math.max(0, count - index * 3));
    const orders = byAge.reduce((all, each) => all + each, 0);
    return {
      status,
      orders,
      totals: [{ currency: 'EUR', orders, total: orders * 5_120 }],
      longestMs: 211 * HOUR_MS - index * HOUR_MS,
      byAge,
    };
  });
  const open = states.reduce((all, { orders }) => all + orders, 0);
  return {
    timeZone: 'Europe/Berlin',
    readAt: '2026-11-22T05:00:01.000Z',
    totals: [{ currency: 'EUR', orders: open, total: open * 5_120 }],
    ages: labels.map((label, index) => ({ label, fromMs: bounds[index] ?? 0 })),
    states,
    longest: Array.from({ length: 6 }, (_, n) => ({
      id: runId(n),
      number: `0000000${n}`,
      status: 'placed' as const,
      customerName: n === 2 ? 'مريم الزهراء' : 'Ada Lovelace',
      currency: 'EUR',
      total: 5_120 + n * 731,
      placedAt: '2026-11-13T08:00:00.000Z',
      since: '2026-11-13T10:00:00.000Z',
      waitingMs: (211 - n) * HOUR_MS,
    })),
  };
}

export function schedule(id: string, changes: Partial<ReportSchedule> = {}): ReportSchedule {
  return {
    id,
    kind: 'daily',
    expression: 'cron(0 6 * * ? *)',
    timeZone: 'Europe/Berlin',
    period: null,
    gzip: false,
    enabled: true,
    recipients: [
      { address: 'ada@example.com', state: 'active', at: null, reason: null },
      {
        address: 'gone@example.com',
        state: 'bounced',
        at: '2026-11-21T05:00:12.000Z',
        reason: 'smtp; 550 5.1.1 user unknown',
      },
    ],
    version: 3,
    updatedAt: '2026-11-20T10:00:00.000Z',
    nextTimes: ['2026-11-30T05:00:00.000Z', '2026-12-01T05:00:00.000Z', '2026-12-02T05:00:00.000Z'],
    sync: { state: 'done', at: '2026-11-20T10:00:20.000Z', failure: null },
    ...changes,
  };
}

/** What a page that asks for reports is answered, by `METHOD /path` without what precedes it. */
export type Script = Readonly<Record<string, (route: Route) => Promise<void>>>;

/**
 * Answers a page's calls for reports and schedules by a script, for states that a real system is hard to
 * bring into; a call that the script lacks is refused, and stands in the answer with all others.
 */
export async function scriptReports(page: Page, script: Script): Promise<string[]> {
  const calls: string[] = [];
  await page.route(/\/api\/report(s|-schedules)(\/|\?|$)/, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const call = `${request.method()} ${pathname.replace(/^\/api/, '')}`;
    calls.push(call);
    await (script[call] ?? ((missing) => missing.abort()))(route);
  });
  return calls;
}

export function answer(body: unknown, status = 200): (route: Route) => Promise<void> {
  return (route) => route.fulfill({ status, json: body });
}

/** A problem document with the faults of fields. */
export function problem(
  status: number,
  detail: string,
  errors: { path: string; message: string }[] = [],
): (route: Route) => Promise<void> {
  return (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: detail,
        status,
        detail,
        instance: '/',
        requestId: 'scripted',
        ...(errors.length > 0 ? { errors } : {}),
      }),
    });
}
