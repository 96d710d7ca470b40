import { expect } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { placeOrder, signInAs } from './testing/person.ts';
import { signedIn, test } from './testing/system.ts';

/** Sam before the list, live; its rows, the path of the newest order, and Ada, who will place more. */
async function watchedList(browser: Browser, url: string) {
  const sam = await signedIn(browser, url, 'sam@example.com');
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
