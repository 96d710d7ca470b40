import { readFile } from 'node:fs/promises';
import { reportScheduleSchema } from '@ordercast/contract/report-schedule.ts';
import { reportDetailSchema } from '@ordercast/contract/report.ts';
import type { ReportDetail } from '@ordercast/contract/report.ts';
import { summarySchema } from '@ordercast/contract/summary.ts';
import { instantValue } from '@ordercast/platform/column.ts';
import { decimalAmount } from '@ordercast/services/reports/csv/decimal-amount.ts';
import { amountText } from '@ordercast/services/reports/definition/amount-text.ts';
import { readPdf } from '@ordercast/services/reports/pdf/testing/read-pdf.ts';
import { expect } from '@playwright/test';
import type { Browser, Download, Page } from '@playwright/test';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { consoleState } from './testing/console-state.ts';
import { test } from './testing/held-system.ts';
import { placeOrder, signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';
import { signedIn } from './testing/system.ts';

const DAY_MS = 86_400_000;
const DONE = 'Done';

async function openReports(browser: Browser, url: string, email: string): Promise<Page> {
  const page = await signedIn(browser, url, email);
  await page.getByRole('link', { name: 'Reports' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  return page;
}

const stateOf = (page: Page) => page.getByTestId('report-status');

/** Starts what the form holds; answers with the run's id once its page is there. */
async function run(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Run report' }).click();
  await expect(page).toHaveURL(/\/reports\/[0-9A-HJKMNP-TV-Z]{26}$/);
  return page.url().slice(-26);
}

async function download(page: Page, name: string): Promise<Buffer> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: `Download ${name}` }).click();
  return bytesOf(await downloading);
}

const bytesOf = async (downloaded: Download) => readFile(await downloaded.path());

const rowsSchema = z.array(z.record(z.string(), z.string()));
const readCsv = (file: Buffer) => rowsSchema.parse(parse(file, { columns: true, bom: true }));

/** A link of a mail, by how its path goes on after the token. */
function linkIn(text: string, rest: string): string {
  const link = new RegExp(`https?://\\S+/report-links/[^/\\s]+${rest}$`, 'm').exec(text)?.[0];
  if (link === undefined) throw new Error(`The mail has no link to ${rest}:\n${text}`);
  return link;
}

async function mailTo(url: string, to: string, about: string): Promise<string> {
  const texts = async () =>
    (await consoleState(url)).mails
      .filter((mail) => mail.to === to && mail.text.includes(about))
      .map(({ text }) => text);
  await expect.poll(async () => (await texts()).length).toBe(1);
  return (await texts())[0] ?? '';
}

async function readRun(person: Person, id: string): Promise<ReportDetail> {
  return reportDetailSchema.parse((await person.call('GET', `/reports/${id}`)).body);
}

test('staff runs the daily report, watches it, and its files, mail and links hold what the database has', async ({
  browser,
  held: { system, database },
  gate,
  complaints,
}) => {
  complaints.expect(/status of 404/);
  const { createdAt } = await placeOrder(await signInAs(system.url, 'ada@example.com'));
  const date = createdAt.slice(0, 10);
  const from = Date.parse(date);
  const to = from + DAY_MS;

  gate.shut();
  const page = await openReports(browser, system.url, 'sam@example.com');
  const list = await openReports(browser, system.url, 'alex@example.com');
  await page.getByLabel('Day', { exact: true }).fill(date);
  await page.getByLabel('Time zone').fill('UTC');
  const id = await run(page);
  expect((await gate.next()).runId).toBe(id);
  await expect(stateOf(page)).toContainText('Running');
  await expect(stateOf(page).getByRole('progressbar')).toBeVisible();
  const row = list.getByRole('row', { name: /Daily orders/ });
  await expect(row).toContainText('Running');
  gate.open();
  await expect(stateOf(page)).toContainText(DONE);
  await expect(row).toContainText(DONE);

  const placed = await database('orders')
    .where('created_at', '>=', instantValue(from))
    .where('created_at', '<', instantValue(to))
    .whereNot('status', 'cancelled')
    .select('total', 'currency');
  const orders = z.array(z.object({ total: z.number(), currency: z.string() })).parse(placed);
  const revenue = orders.reduce((sum, { total }) => sum + total, 0);
  const currency = orders[0]?.currency ?? '';
  expect(new Set(orders.map((one) => one.currency)).size).toBe(1);
  const sam = await signInAs(system.url, 'sam@example.com');
  const period = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
  const summary = summarySchema.parse((await sam.call('GET', `/orders/summary?${period}`)).body);
  const counted = summary.byStatus.filter(({ status }) => status !== 'cancelled');
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(orders.length);
  expect(counted.reduce((sum, { total }) => sum + total, 0)).toBe(revenue);

  const pdf = await download(page, 'PDF');
  const { pages } = await readPdf(pdf);
  const printed = pages.flatMap(({ texts }) => texts.map(({ text }) => text));
  expect(printed).toContain(amountText(revenue, currency));
  expect(printed).toContain(String(orders.length));
  expect(printed.join(' ')).toContain(date);

  const csv = await download(page, 'CSV');
  const rows = readCsv(csv);
  const total = rows.filter(({ section }) => section === 'total');
  expect(total).toMatchObject([
    {
      key: date,
      currency,
      orders: String(orders.length),
      revenue: decimalAmount(revenue, currency),
    },
  ]);
  for (const section of ['hour', 'product']) {
    // In minor units, so that nothing is rounded.
    const sum = rows
      .filter((one) => one['section'] === section)
      .reduce((sofar, one) => sofar + Number((one['revenue'] ?? '').replace('.', '')), 0);
    expect([section, sum]).toEqual([section, revenue]);
  }

  const mail = await mailTo(system.url, 'sam@example.com', id);
  expect(mail).toContain(`Revenue: ${amountText(revenue, currency)}`);
  const linked = await fetch(linkIn(mail, '/pdf'), { redirect: 'manual' });
  expect(linked.status).toBe(302);
  const location = linked.headers.get('Location') ?? '';
  expect(Number(new URL(location).searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(900);
  expect(Buffer.from(await (await fetch(location)).arrayBuffer()).equals(pdf)).toBe(true);

  // Somebody who is not signed in, with nothing but the mail.
  const stranger = await (await browser.newContext()).newPage();
  const landing = linkIn(mail, '/pdf').replace(/\/pdf$/, '');
  await stranger.goto(landing);
  await expect(stranger.getByRole('heading', { level: 1 })).toContainText(`Orders of ${date}`);
  const downloading = stranger.waitForEvent('download');
  await stranger.getByRole('link', { name: /^CSV/ }).click();
  expect((await bytesOf(await downloading)).equals(csv)).toBe(true);

  const altered = landing.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const refused = await stranger.goto(altered);
  expect(refused?.status()).toBe(404);
  await expect(
    stranger.getByRole('heading', { level: 1, name: 'This link does not work' }),
  ).toBeVisible();
  await stranger.getByRole('link', { name: 'Open Ordercast' }).click();
  await expect(stranger.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('staff has the ageing of open orders, one row an order', async ({
  browser,
  held: { system, database },
}) => {
  const page = await openReports(browser, system.url, 'sam@example.com');
  await page.getByRole('radio', { name: /^Ageing of open orders/ }).check();
  await run(page);
  await expect(stateOf(page)).toContainText(DONE);
  const open = z
    .array(z.object({ id: z.string() }))
    .parse(await database('orders').whereNotIn('status', ['delivered', 'cancelled']).select('id'));
  const rows = readCsv(await download(page, 'CSV'));
  expect(rows.map((one) => one['order_id']).sort()).toEqual(open.map(({ id }) => id).sort());
  const { pages } = await readPdf(await download(page, 'PDF'));
  expect(pages.flatMap(({ texts }) => texts.map(({ text }) => text)).join(' ')).toContain('Ageing');
});

test('a running export is cancelled, and leaves no file and no mail', async ({
  browser,
  held: { system },
  gate,
}) => {
  gate.shut();
  const page = await openReports(browser, system.url, 'sam@example.com');
  await page.getByRole('radio', { name: /^Order export/ }).check();
  await page.getByLabel('First day').fill('2026-11-01');
  await page.getByLabel('Last day').fill('2026-11-30');
  const id = await run(page);
  const process = await gate.next();
  expect(process.runId).toBe(id);
  await expect(stateOf(page)).toContainText('Running');
  await page.getByRole('button', { name: 'Cancel report' }).click();
  await page.getByRole('button', { name: 'Yes, cancel it' }).click();
  await expect(stateOf(page)).toContainText('Cancelled');
  gate.open();
  await process.ended;
  await page.reload();
  await expect(stateOf(page)).toContainText('Cancelled');
  const { objects, mails } = await consoleState(system.url);
  expect(objects.filter(({ key }) => key.includes(id))).toEqual([]);
  expect(mails.filter(({ text }) => text.includes(id))).toEqual([]);
});

test('an admin makes a schedule, the scheduler is told the time, and who is mailed unsubscribes', async ({
  browser,
  held: { system },
  complaints,
}) => {
  complaints.expect(/status of 404/);
  const reader = 'reader@example.com';
  const page = await openReports(browser, system.url, 'alex@example.com');
  await page.getByRole('link', { name: 'Schedules' }).click();
  await page.getByRole('link', { name: 'New schedule' }).click();
  await page.getByLabel('Name', { exact: true }).fill('daily-orders');
  await page.getByLabel('When', { exact: true }).fill('cron(0 6 * * ? *)');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  const times = page.getByRole('status', { name: 'Next times' }).getByRole('listitem');
  await expect(times).toHaveCount(3);
  await expect(times.first()).toContainText('6:00');
  await page.getByLabel('Add an address').fill(reader);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Make schedule' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Schedule daily-orders');
  await expect(page.getByText('In step with the scheduler')).toBeVisible();

  const alex = await signInAs(system.url, 'alex@example.com');
  const answer = await alex.call('GET', '/report-schedules/daily-orders');
  const next = reportScheduleSchema.parse(answer.body).nextTimes[0] ?? '';
  const console = await (await browser.newContext()).newPage();
  await console.goto(`${system.url}/console/`);
  await expect(console.getByRole('cell', { name: next })).toBeVisible();
  await console.getByLabel('Tell it the time (UTC)').fill(next.slice(0, 16));
  const said = console.locator('#scheduler-said');
  const fire = console.getByRole('button', { name: 'Run what is due then' });
  await fire.click();
  await expect(said).toContainText('Sent: daily-orders of');
  await console.getByLabel('Tell it the time (UTC)').fill('2026-11-28T00:30');
  await fire.click();
  await expect(said).toHaveText('No schedule is due then.');
  // The same time once more: a schedule makes one run of it.
  await console.getByLabel('Tell it the time (UTC)').fill(next.slice(0, 16));
  await fire.click();
  await expect(said).toContainText('Sent: daily-orders of');

  await page.getByRole('link', { name: 'Reports', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: 'schedule daily-orders' });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(DONE);
  await row.getByRole('link', { name: 'Daily orders' }).click();
  const id = page.url().slice(-26);
  expect(await readRun(alex, id)).toMatchObject({ scheduleId: 'daily-orders', by: null });

  const mail = await mailTo(system.url, reader, id);
  const file = linkIn(mail, '/csv');
  expect((await fetch(file)).status).toBe(200);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(linkIn(mail, '/unsubscribe'));
  await stranger.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(stranger.getByRole('heading', { name: 'You are unsubscribed' })).toBeVisible();
  // A link is its recipient's.
  expect((await stranger.goto(file))?.status()).toBe(404);
  await page.goto(`${system.url}/reports/schedules/daily-orders`);
  await expect(page.getByText('The recipient unsubscribed.').first()).toBeVisible();
  await expect(page.getByRole('group', { name: 'Recipients' })).toContainText('Unsubscribed');
});

test('a customer sees no reports and gets none', async ({ browser, held: { system } }) => {
  const page = await signedIn(browser, system.url, 'ada@example.com');
  await expect(page.getByRole('link', { name: 'Account' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Reports' })).toHaveCount(0);
  await page.goto(`${system.url}/reports`);
  await expect(page.getByRole('heading', { level: 1, name: 'Nothing here' })).toBeVisible();
  const ada = await signInAs(system.url, 'ada@example.com');
  const id = '01KB4W5HQ0PF3X9V4T2C8M6RNE';
  for (const [method, path, body] of [
    ['GET', '/reports'],
    ['POST', '/reports', { kind: 'ageing' }],
    ['GET', `/reports/${id}`],
    ['GET', `/reports/${id}/download?format=csv`],
    ['DELETE', `/reports/${id}`],
    ['GET', '/report-schedules'],
  ] as const) {
    const { status } = await ada.call(method, path, { body });
    expect([method, path, status]).toEqual([method, path, 403]);
  }
});
