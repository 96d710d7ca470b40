import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { placeOrder, signInAs } from './testing/person.ts';
import { signedIn, signIn, test } from './testing/system.ts';

test('what was begun to be written is there after a reload, and gone after signing out', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'alex@example.com');
  const { id } = await placeOrder(await signInAs(system.url, 'ada@example.com'));
  const reason = page.getByLabel('Reason (optional)');
  const announcement = page.getByLabel('New announcement');
  const note = page.getByLabel('Note');

  await page.goto(`${system.url}/orders/${id}`);
  await page.getByRole('button', { name: 'Cancel order' }).click();
  await reason.fill('Ordered tw');
  await page.goto(`${system.url}/orders/new`);
  await note.fill('Ring tw');
  await page.goto(`${system.url}/announcements`);
  await announcement.fill('Closed on Mon');
  await page.reload();
  await expect(announcement).toHaveValue('Closed on Mon');
  await expectToHold(['Ordered tw', 'Ring tw', 'Closed on Mon']);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  expect(await textsKeptBy(page)).not.toMatch(/Ordered tw|Ring tw|Closed on Mon/);
  await signIn(page, 'alex@example.com', DEMO_PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Orders' })).toBeVisible();
  await expectToHold(['', '', '']);

  async function expectToHold(texts: [string, string, string]): Promise<void> {
    await page.goto(`${system.url}/orders/${id}`);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await expect(reason).toHaveValue(texts[0]);
    await page.goto(`${system.url}/orders/new`);
    await expect(note).toHaveValue(texts[1]);
    await page.goto(`${system.url}/announcements`);
    await expect(announcement).toHaveValue(texts[2]);
  }
});

/** All that the browser keeps of this page, of the tab and of all tabs. */
async function textsKeptBy(page: Page): Promise<string> {
  return String(await page.evaluate('JSON.stringify([sessionStorage, localStorage])'));
}
