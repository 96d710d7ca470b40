import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import {
  ageingFigures,
  answer,
  problem,
  report,
  reportDetail,
  runId,
  schedule,
  scriptReports,
} from './testing/scripted-reports.ts';
import { expectNoSidewaysScroll } from './testing/sideways-scroll.ts';
import { signedIn, test } from './testing/system.ts';

/** States of reports that a real system is hard to bring into, so the API's part of them is played. */

const AT = '2026-11-22T05:00:12.000Z';
const UNDER_WAY = { files: [], finishedAt: null, figures: null };
const NOTHING = { items: [], nextCursor: null };

const MAILS = [
  { address: 'ada@example.com', status: 'sent', reason: null, at: AT },
  { address: 'grace@example.com', status: 'unconfirmed', reason: null, at: AT },
  { address: 'gone@example.com', status: 'bounced', reason: '550 user unknown', at: AT },
] as const;

async function open(page: Page, url: string, path: string, heading: string): Promise<void> {
  await page.goto(`${url}${path}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(heading);
}

test('a customer has no reports, at no address of theirs, and nothing is asked for', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'ada@example.com');
  const calls = await scriptReports(page, {});
  await expect(page.getByRole('link', { name: 'Account' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Reports' })).toHaveCount(0);
  for (const path of ['/reports', `/reports/${runId(1)}`, '/reports/schedules/daily-orders']) {
    await open(page, system.url, path, 'Nothing here');
    await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  }
  expect(calls).toEqual([]);
});

test('a report is run once for a double click, and its faults stand under their fields', async ({
  browser,
  system,
  complaints,
}) => {
  complaints.expect(/status of 422/);
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const keys: (string | undefined)[] = [];
  await scriptReports(page, {
    'GET /reports': answer(NOTHING),
    'POST /reports': async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      const message = 'is a day that its calendar skips';
      if (keys.length === 1) await problem(422, 'No such day.', [{ path: 'date', message }])(route);
      else await answer(report(7, { ...UNDER_WAY, status: 'queued' }), 202)(route);
    },
    [`GET /reports/${runId(7)}`]: answer(
      reportDetail(7, { ...UNDER_WAY, status: 'running', progress: { rows: 3, total: 9 } }),
    ),
  });
  await page.getByRole('link', { name: 'Reports' }).click();
  const day = page.getByLabel('Day', { exact: true });
  await page.getByRole('button', { name: 'Run report' }).click();
  await expect(page.getByText('Is a day that its calendar skips.')).toBeVisible();
  await expect(day).toBeFocused();
  await day.fill('2026-11-21');
  await page.getByRole('button', { name: 'Run report' }).dblclick();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByRole('progressbar')).toHaveAccessibleDescription('3 of 9 rows');
  expect(keys.length).toBe(2);
  expect(keys.every((key) => key !== undefined && key.length > 0)).toBe(true);
});

test('an export that ends today says its last day, in the list and as its heading', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'sam@example.com', { timezoneId: 'UTC' });
  const to = new Date(new Date().setUTCHours(0, 0, 0, 0));
  const from = new Date(to.getTime() - 7 * 24 * 3_600_000);
  const period = { from: from.toISOString(), to: to.toISOString(), timeZone: 'UTC' };
  const run = report(7, { kind: 'export', ...period });
  await scriptReports(page, {
    'GET /reports': answer({ items: [run], nextCursor: null }),
    [`GET /reports/${runId(7)}`]: answer(reportDetail(7, { ...run, figures: null })),
  });
  const days = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  const text = days.formatRange(from, to.getTime() - 1).replaceAll('\u2009', ' ');
  await open(page, system.url, '/reports', 'Reports');
  await expect(page.getByRole('table')).toContainText(text);
  await page.getByRole('link', { name: 'Order export' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Order export ${text}`);
});

test('a run is cancelled once that is confirmed, and the keyboard keeps its place', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const running = report(7, { ...UNDER_WAY, status: 'running' });
  const calls = await scriptReports(page, {
    'GET /reports': answer({ items: [running], nextCursor: null }),
    [`DELETE /reports/${runId(7)}`]: answer({ ...running, status: 'cancelled', version: 6 }),
  });
  await open(page, system.url, '/reports', 'Reports');
  const cancel = page.getByRole('button', { name: /^Cancel Daily orders of/ });
  await cancel.press('Enter');
  await page.getByRole('button', { name: 'Let it run' }).press('Enter');
  await expect(cancel).toBeFocused();
  await cancel.press('Enter');
  await page.getByRole('button', { name: 'Yes, cancel it' }).press('Enter');
  await expect(page.getByRole('table').getByText('Cancelled')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Runs' })).toBeFocused();
  expect(calls.filter((call) => call.startsWith('DELETE')).length).toBe(1);
});

test('a failed run says why, and a lost file what to do', async ({
  browser,
  system,
  complaints,
}) => {
  complaints.expect(/status of 404/);
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const failure = 'The storage could not be reached for 15 minutes.';
  await scriptReports(page, {
    'GET /reports': answer(NOTHING),
    [`GET /reports/${runId(1)}`]: answer(
      reportDetail(1, { status: 'failed', failure, files: [], figures: null }),
    ),
    [`GET /reports/${runId(2)}`]: answer(reportDetail(2)),
    [`GET /reports/${runId(2)}/download`]: async (route) => {
      const isPdf = route.request().url().endsWith('format=pdf');
      const url = `${system.url}/a-file.csv`;
      if (isPdf) await problem(404, 'No such file.')(route);
      else await answer({ url, expiresAt: AT })(route);
    },
  });
  await open(page, system.url, `/reports/${runId(1)}`, 'Daily orders');
  await expect(page.getByRole('alert')).toContainText(failure);
  await open(page, system.url, `/reports/${runId(2)}`, 'Daily orders');
  await page.getByRole('button', { name: /Download PDF/ }).click();
  await expect(page.getByRole('alert')).toContainText('no longer kept');

  await page.route('**/a-file.csv', (route) =>
    route.fulfill({
      headers: { 'content-disposition': 'attachment; filename="orders.csv"' },
      body: 'a,b',
    }),
  );
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /Download CSV/ }).click();
  expect((await download).suggestedFilename()).toBe('orders.csv');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a mail whose fate is unknown says so, and goes again only when somebody asks', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const calls = await scriptReports(page, {
    'GET /reports': answer(NOTHING),
    [`GET /reports/${runId(1)}`]: answer(reportDetail(1, { mails: [...MAILS] })),
    [`POST /reports/${runId(1)}/mails`]: answer({ ...MAILS[1], status: 'sent' }, 202),
  });
  await open(page, system.url, `/reports/${runId(1)}`, 'Daily orders');
  await expect(page.getByText('One mail may not have arrived.')).toBeVisible();
  const mails = page.getByRole('region', { name: 'Mails' });
  await expect(mails.getByText('It is not sent again by itself')).toBeVisible();
  await expect(mails.getByText('550 user unknown')).toBeVisible();
  await expect(mails.getByRole('button')).toHaveCount(1);
  expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
  await mails.getByRole('button', { name: 'Send again to grace@example.com' }).click();
  await expect(mails.getByRole('status')).toContainText('is sent again');
  await expect(mails.getByText('Unconfirmed')).toHaveCount(0);
});

test('every chart has its numbers as a table, in the hours of the report’s own zone', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'sam@example.com');
  await scriptReports(page, {
    'GET /reports': answer(NOTHING),
    [`GET /reports/${runId(1)}`]: answer(reportDetail(1)),
  });
  await open(page, system.url, `/reports/${runId(1)}`, 'Daily orders');
  const charts = page.getByRole('figure');
  await expect(charts).toHaveCount(4);
  for (const chart of await charts.all()) {
    await expect(chart.getByRole('img')).toHaveCount(1);
    await chart.getByText('Show as table').press('Enter');
    await expect(chart.getByRole('table')).toBeVisible();
  }
  const byHour = page.getByRole('table', { name: 'Revenue by hour' });
  await expect(byHour.getByRole('columnheader').first()).toHaveText('Hour, Europe/Berlin');
  await expect(byHour.getByRole('rowheader', { name: '12:00' })).toBeVisible();
});

test('an admin sees who gets no mails, and loses nothing to somebody who was first', async ({
  browser,
  system,
  complaints,
}) => {
  complaints.expect(/status of (412|422)/);
  const page = await signedIn(browser, system.url, 'alex@example.com');
  let version = 3;
  await scriptReports(page, {
    'GET /reports': answer(NOTHING),
    'GET /report-schedules/daily-orders': (route) =>
      answer(schedule('daily-orders', { version }))(route),
    'POST /report-schedules/preview': async (route) => {
      const message = 'Write rate(1 hour) for an interval.';
      const isWrong = route.request().postData()?.includes('each') === true;
      if (isWrong) await problem(422, 'Wrong.', [{ path: 'expression', message }])(route);
      else await answer({ nextTimes: schedule('x').nextTimes })(route);
    },
    'PUT /report-schedules/daily-orders': async (route) => {
      const isCurrent = route.request().headers()['if-match'] === `"${version}"`;
      if (isCurrent) await answer(schedule('daily-orders', { version: (version += 1) }))(route);
      else await problem(412, 'It has another version.')(route);
    },
  });
  await open(page, system.url, '/reports/schedules/daily-orders', 'Schedule daily-orders');
  const next = page.getByRole('status', { name: 'Next times' });
  const when = page.getByRole('textbox', { name: 'When' });
  await expect(next.getByRole('listitem')).toHaveCount(3);
  await expect(page.getByText('550 5.1.1 user unknown')).toBeVisible();
  await expect(page.getByText('remove it, save, then add it and save')).toBeVisible();
  await when.fill('each day');
  await expect(page.getByText('Write rate(1 hour) for an interval.')).toBeVisible();
  await when.fill('rate(1 day)');
  await expect(next.getByRole('listitem')).toHaveCount(3);

  version = 7;
  await page.getByRole('button', { name: 'Save schedule' }).click();
  await expect(page.getByRole('alert')).toContainText('Your changes are not saved');
  await expect(when).toHaveValue('rate(1 day)');
  await page.getByRole('button', { name: /^Load what is kept/ }).click();
  await expect(when).toHaveValue('cron(0 6 * * ? *)');
  await page.getByRole('button', { name: 'Remove gone@example.com' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Remove ada@example.com' })).toBeFocused();
  await page.getByRole('button', { name: 'Save schedule' }).click();
  await expect(page.getByText('Saved. The scheduler follows')).toBeVisible();
});

test('staff who are no admins are shown no way to schedules, and at their addresses nothing is asked for', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const calls = await scriptReports(page, {
    'GET /reports': answer(NOTHING),
    [`GET /reports/${runId(1)}`]: answer(
      reportDetail(1, { by: null, scheduleId: 'daily-orders', figures: null }),
    ),
  });
  await open(page, system.url, '/reports', 'Reports');
  await expect(page.getByText('No report has been run yet.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Schedules' })).toHaveCount(0);
  await open(page, system.url, `/reports/${runId(1)}`, 'Daily orders');
  await expect(page.getByText('schedule daily-orders')).toBeVisible();
  await expect(page.getByRole('link', { name: 'daily-orders' })).toHaveCount(0);
  calls.length = 0;
  for (const path of ['schedules', 'schedules/daily-orders', 'new-schedule']) {
    await open(page, system.url, `/reports/${path}`, 'Nothing here');
    await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  }
  expect(calls).toEqual([]);
});

for (const [width, colorScheme] of [
  [320, 'light'],
  [390, 'dark'],
  [1280, 'light'],
] as const) {
  test(`reports are accessible at ${width} px in ${colorScheme}`, async ({ browser, system }) => {
    const page = await signedIn(browser, system.url, 'alex@example.com', {
      viewport: { width, height: 700 },
      colorScheme,
    });
    const running = report(3, {
      ...UNDER_WAY,
      status: 'running',
      progress: { rows: 412_000, total: 1_000_000 },
    });
    await scriptReports(page, {
      'GET /reports': answer({
        items: [running, report(2), report(1, { status: 'failed', failure: 'No room.' })],
        nextCursor: 'more',
      }),
      [`GET /reports/${runId(1)}`]: answer(reportDetail(1, { mails: [...MAILS] })),
      [`GET /reports/${runId(2)}`]: answer(
        reportDetail(2, { kind: 'ageing', from: null, figures: ageingFigures() }),
      ),
      [`GET /reports/${runId(3)}`]: answer({ ...running, mails: [], figures: null }),
      'GET /report-schedules': answer({ items: [schedule('daily-orders')] }),
      'GET /report-schedules/daily-orders': answer(schedule('daily-orders')),
      'POST /report-schedules/preview': answer({ nextTimes: schedule('x').nextTimes }),
    });
    const runs = [1, 2, 3].map((n) => `/reports/${runId(n)}`);
    const schedules = ['/reports/schedules', '/reports/schedules/daily-orders'];
    for (const path of ['/reports', ...runs, ...schedules, '/reports/new-schedule']) {
      await page.goto(`${system.url}${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByText('Loading')).toHaveCount(0);
      for (const table of await page.getByText('Show as table').all()) await table.click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`,
      );
      expect(found, path).toEqual([]);
      await expectNoSidewaysScroll(page, path);
    }
  });
}
