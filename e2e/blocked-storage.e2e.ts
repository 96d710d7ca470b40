import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { expect } from '@playwright/test';
import { BLOCKED_STORAGE } from './testing/blocked-storage.ts';
import { orderByClicks, signIn, test } from './testing/system.ts';

/** As a browser does that has no room left. */
const FILL = `Storage.prototype.setItem = () => {
  throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
}`;

for (const [state, script, cause, warning] of [
  ['blocked', BLOCKED_STORAGE, 'keeps no data', 'you will be signed out'],
  ['full', FILL, 'has no room left', 'you may be signed out'],
] as const) {
  test(`where the browser's storage is ${state}, all works until a reload, and the page says so`, async ({
    page,
    system,
  }) => {
    await page.addInitScript(script);
    await page.goto(`${system.url}/sign-in`);
    await signIn(page, 'ada@example.com', DEMO_PASSWORD);
    await expect(page.getByRole('heading', { level: 1, name: 'Your orders' })).toBeVisible();
    await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
    const notice = page.getByRole('status').filter({ hasText: cause });
    await expect(notice).toContainText(warning);
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await orderByClicks(page, 2);
    await expect(page.getByTestId('order-status')).toHaveText('Placed');
    await expect(notice).toBeHidden();

    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  });
}
