import { expect } from '@playwright/test';
import { moveOrder, placeOrder, signInAs } from './testing/person.ts';
import { signedIn, test } from './testing/system.ts';

test('who is about to move or cancel an order hears of what others do to it', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const alex = await signInAs(system.url, 'alex@example.com');
  const { id, version } = await placeOrder(await signInAs(system.url, 'ada@example.com'));
  await page.goto(`${system.url}/orders/${id}`);
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');

  const reason = page.getByLabel('Reason (optional)');
  await page.getByRole('button', { name: 'Cancel order' }).click();
  await reason.fill('Ordered twice');
  await reason.press('Escape');
  await page.getByRole('link', { name: 'New order' }).click();
  await page.goBack();
  await page.getByRole('button', { name: 'Confirm' }).hover();
  await moveOrder(alex, { id, version }, 'confirmed');
  await expect(page.getByTestId('order-status')).toHaveText('Confirmed');
  await expect(page.getByRole('button', { name: 'Confirm' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Pack' })).toHaveCount(0);
  await page.getByRole('heading', { level: 1 }).hover();
  await expect(page.getByRole('button', { name: 'Pack' })).toBeEnabled();

  await page.getByRole('button', { name: 'Cancel order' }).click();
  await expect(reason).toHaveValue('Ordered twice');
  await moveOrder(alex, { id, version: version + 1 }, 'packed');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('can no longer be cancelled')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Yes, cancel it' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Keep the order' }).press('Enter');
  await expect(page.getByRole('group', { name: 'Moves' })).toBeFocused();
});
