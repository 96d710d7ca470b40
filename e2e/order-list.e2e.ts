import { expect } from '@playwright/test';
import type { Browser, BrowserContextOptions } from '@playwright/test';
import { moveOrder, placeOrder, signInAs } from './testing/person.ts';
import { signedIn, test } from './testing/system.ts';

/** Sam before the list, live; its rows, the path of the newest order, and Ada, who will place more. */
async function watchedList(browser: Browser, url: string, window: BrowserContextOptions = {}) {
  const sam = await signedIn(browser, url, 'sam@example.com', window);
  const ada = await signInAs(url, 'ada@example.com');
  await expect(sam.getByRole('status', { name: 'Connection' })).toContainText('Live');
  const rows = sam.locator('tbody a');
  const newest = (await rows.first().getAttribute('href')) ?? '';
  return { sam, ada, rows, newest };
}

test('new orders wait while the pointer is in the list, and appear when it leaves', async ({
  browser,
  system,
}) => {
  const { sam, ada, rows, newest } = await watchedList(browser, system.url);
  await rows.first().hover();

  await placeOrder(ada);
  await placeOrder(ada);
  const waiting = sam.getByRole('button', { name: '2 new orders' });
  await expect(waiting).toBeVisible();
  await expect(rows.first()).toHaveAttribute('href', newest);
  await waiting.click();
  await expect(rows.nth(2)).toHaveAttribute('href', newest);
  await expect(waiting).toHaveCount(0);

  await rows.first().hover();
  await placeOrder(ada);
  await expect(sam.getByRole('button', { name: '1 new order' })).toBeVisible();
  await sam.getByRole('heading', { level: 1 }).hover();
  await expect(rows.nth(3)).toHaveAttribute('href', newest);
});

test('new orders wait while the keyboard is in the list, and it reaches the button that shows them', async ({
  browser,
  system,
}) => {
  const { sam, ada, rows, newest } = await watchedList(browser, system.url);
  await rows.first().focus();
  await sam.keyboard.press('Tab');
  await placeOrder(ada);
  const waiting = sam.getByRole('button', { name: '1 new order' });
  await expect(waiting).toBeVisible();
  await sam.keyboard.press('Shift+Tab');
  await expect(rows.first()).toBeFocused();
  await expect(rows.first()).toHaveAttribute('href', newest);
  await sam.keyboard.press('Shift+Tab');
  await expect(waiting).toBeFocused();
  await sam.keyboard.press('Enter');
  await expect(rows.nth(1)).toHaveAttribute('href', newest);
});

test('on a phone no row moves by itself, under a finger or before one comes', async ({
  browser,
  system,
}) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { sam, ada, rows, newest } = await watchedList(browser, system.url, phone);
  const place = await rows.first().boundingBox();
  await placeOrder(ada);
  const waiting = sam.getByRole('button', { name: '1 new order' });
  await expect(waiting).toBeVisible();
  await expect(rows.first()).toHaveAttribute('href', newest);
  expect(await rows.first().boundingBox()).toEqual(place);
  await waiting.tap();
  await expect(rows.nth(1)).toHaveAttribute('href', newest);
  await placeOrder(ada);
  await expect(waiting).toBeVisible();
  await expect(rows.nth(1)).toHaveAttribute('href', newest);
});

test('who touches a screen beside a mouse moves no row by lifting the finger', async ({
  browser,
  system,
}) => {
  const { sam, ada, rows, newest } = await watchedList(browser, system.url);
  const head = await sam.getByRole('columnheader', { name: 'Status' }).boundingBox();
  // A context with a touch screen would have no mouse.
  const device = await sam.context().newCDPSession(sam);
  const touchPoints = [{ x: (head?.x ?? 0) + 5, y: (head?.y ?? 0) + 5 }];
  await device.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await device.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await placeOrder(ada);
  const waiting = sam.getByRole('button', { name: '1 new order' });
  await expect(waiting).toBeVisible();
  await expect(rows.first()).toHaveAttribute('href', newest);
  await rows.first().hover();
  await sam.getByRole('heading', { level: 1 }).hover();
  await expect(rows.nth(1)).toHaveAttribute('href', newest);
});

test('where rows stand only because they are held, a button takes them away', async ({
  browser,
  system,
}) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { sam, ada } = await watchedList(browser, system.url, phone);
  const order = await placeOrder(ada);
  await sam.getByLabel('Status').selectOption('Placed');
  const row = sam.locator(`a[href="/orders/${order.id}"]`);
  await expect(row).toBeVisible();
  await moveOrder(await signInAs(system.url, 'alex@example.com'), order, 'confirmed');
  await expect(sam.getByText('no longer listed')).toBeVisible();
  const update = sam.getByRole('button', { name: 'Update list' });
  await update.tap();
  await expect(row).toHaveCount(0);
  await expect(update).toHaveCount(0);
});
