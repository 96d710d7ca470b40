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

test('who clicks a move twice has made one', async ({ browser, system }) => {
  const page = await signedIn(browser, system.url, 'sam@example.com');
  const { id } = await placeOrder(await signInAs(system.url, 'ada@example.com'));
  await page.clock.install();
  await page.goto(`${system.url}/orders/${id}`);
  const confirm = page.getByRole('button', { name: 'Confirm' });
  const pack = page.getByRole('button', { name: 'Pack' });
  await expect(confirm).toBeEnabled();
  // The page's time stands still: the second click comes as soon as the next move is there.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
  await confirm.click();
  await expect(pack).toBeVisible();
  await pack.click({ force: true });
  await expect(pack).toBeDisabled();
  // The second begins once the order has been read again.
  await expect
    .poll(async () => {
      await page.clock.runFor(1_000);
      return pack.isEnabled();
    })
    .toBe(true);
  await expect(page.getByTestId('order-status')).toHaveText('Confirmed');
});
