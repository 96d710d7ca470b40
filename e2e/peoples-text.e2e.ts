import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { createAdmin } from './testing/cognito-admin.ts';
import { placeOrder, signInAs } from './testing/person.ts';
import { expectNoSidewaysScroll } from './testing/sideways-scroll.ts';
import { signIn, test } from './testing/system.ts';

/** A phone, and a laptop's window of 1280 px at 400 %. */
const WIDTHS = [390, 320];
/** As wide as ninety letters can be; nothing in it invites a line break. */
const LONG = 'W'.repeat(90);
const HEBREW_NOTE = 'נא לצלצל פעמיים, קומה 3.';

/** Of the two newest announcements: whether the name of who made it lies to the left of its time. */
const NAME_THEN_TIME = `[...document.querySelectorAll('main li p.small')].slice(0, 2).map((line) => {
  const time = line.querySelector('time');
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEndBefore(time);
  return range.getBoundingClientRect().right <= time.getBoundingClientRect().left + 1;
})`;

async function signedInAt(page: Page, url: string, email: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await signIn(page, email, DEMO_PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Orders' })).toBeVisible();
}

async function expectToFit(page: Page, what: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText('Loading')).toHaveCount(0);
  await expectNoSidewaysScroll(page, what);
}

test('a name of ninety letters widens no page, on a phone and at four times the size', async ({
  page,
  system,
}) => {
  await createAdmin(system.url, 'long@example.com', LONG);
  const person = await signInAs(system.url, 'long@example.com');
  await person.call('POST', '/announcements', { body: { text: LONG } });
  const order = await placeOrder(person, { note: `${LONG}\n${LONG}` });
  await person.call('POST', `/orders/${order.id}/transitions`, {
    body: { to: 'cancelled', reason: LONG },
    headers: { 'If-Match': '"1"' },
  });

  await signedInAt(page, system.url, 'long@example.com');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 700 });
    for (const path of [
      ...['/sign-in', '/sign-up', '/confirm', '/forgotten-password', '/account', '/nothing-here'],
      ...['/orders', '/orders/new', `/orders/${order.id}`, '/announcements', '/console/'],
    ]) {
      await page.goto(`${system.url}${path}`);
      await expectToFit(page, path);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${system.url}/orders/${order.id}`);
  await expect(page.getByText(LONG).first()).toBeVisible();
  await expectToFit(page, 'the order');
});

test('a long name and the full number have room in any window, and nothing is left empty', async ({
  page,
  system,
}) => {
  await createAdmin(system.url, 'longest@example.com', LONG);
  const order = await placeOrder(await signInAs(system.url, 'longest@example.com'));
  await signedInAt(page, system.url, 'sam@example.com');
  const [search, row] = [page.getByRole('search'), page.locator('tbody tr').first()];
  await page.setViewportSize({ width: 800, height: 900 });
  expect.soft(await width(row.locator('.customer'))).toBeGreaterThan(180);
  for (const width of [800, 600, 390]) {
    await page.setViewportSize({ width, height: 900 });
    expect
      .soft((await top(page.locator('table'))) - (await bottom(search)), `at ${width} px`)
      .toBeLessThan(25);
  }
  await page.goto(`${system.url}/orders/${order.id}`);
  const oneLine = await height(page.getByText('Last change'));
  for (const width of [390, 320, 840]) {
    await page.setViewportSize({ width, height: 900 });
    expect
      .soft(await height(page.getByText(order.id)), `at ${width} px`)
      .toBeLessThan(1.5 * oneLine);
  }
});

test('writing from right to left stands where its reader looks for it, and turns nothing around it', async ({
  page,
  system,
}) => {
  await createAdmin(system.url, 'ada-he@example.com', 'אדה לאבלייס');
  await createAdmin(system.url, 'override@example.com', 'Ada\u202e ecalevoL\n');
  const hebrew = await signInAs(system.url, 'ada-he@example.com');
  const override = await signInAs(system.url, 'override@example.com');
  for (const person of [hebrew, override]) {
    await person.call('POST', '/announcements', { body: { text: HEBREW_NOTE } });
  }
  const order = await placeOrder(override, { note: HEBREW_NOTE });

  await signedInAt(page, system.url, 'ada-he@example.com');
  await page.goto(`${system.url}/orders`);
  await page.getByRole('link', { name: /^Announcements/ }).click();
  // In the list, and each as a banner too.
  await expect(page.getByText(HEBREW_NOTE)).toHaveCount(4);
  expect(await page.evaluate(NAME_THEN_TIME)).toEqual([true, true]);
  await expect(page.locator('main li').first()).toContainText('Ada ecalevoL,');
  await expect(page.locator('main').getByText(HEBREW_NOTE).first()).toHaveCSS('direction', 'rtl');

  await page.goto(`${system.url}/orders/${order.id}`);
  await expect(page.getByText(HEBREW_NOTE).last()).toHaveCSS('direction', 'rtl');
  await expect(page.getByText('Ada ecalevoL').first()).toBeVisible();
});

test('a name with characters that nobody sees is refused at sign-up', async ({ page, system }) => {
  await page.goto(`${system.url}/sign-up`);
  await page.getByLabel('Name').fill('Ada \u202eecalevoL');
  await page.getByLabel('Email').fill('new@example.com');
  await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD);
  await page.getByLabel('Repeat password').fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('characters that nobody can see')).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
});

async function boxOf(shown: Locator) {
  const box = await shown.boundingBox();
  if (box === null) throw new Error(`${String(shown)} is not shown`);
  return box;
}

const width = async (shown: Locator) => (await boxOf(shown)).width;
const height = async (shown: Locator) => (await boxOf(shown)).height;
const top = async (shown: Locator) => (await boxOf(shown)).y;
const bottom = async (shown: Locator) => (await top(shown)) + (await height(shown));
