import { expect } from '@playwright/test';
import { signedIn, test } from './testing/system.ts';

test('only its button places an order, whatever field Enter is pressed in', async ({
  browser,
  system,
}) => {
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  await ada.getByRole('link', { name: 'New order' }).click();
  const sent: unknown[] = [];
  ada.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/orders'))
      sent.push(request.postDataJSON());
  });
  const quantity = ada.getByLabel(/^Quantity of/).first();
  await quantity.fill('2');
  await quantity.press('Enter');
  await ada.getByLabel('Find a product').press('Enter');
  await quantity.fill('3');
  await ada.getByRole('button', { name: 'Place order' }).press('Enter');
  await expect(ada.getByTestId('order-status')).toHaveText('Placed');
  expect(sent).toMatchObject([{ lines: [{ quantity: 3 }] }]);
});

test('nothing that was typed is changed: its field and the button say what is wrong', async ({
  browser,
  system,
}) => {
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  await ada.getByRole('link', { name: 'New order' }).click();
  const quantity = ada.getByLabel(/^Quantity of/).first();
  const note = ada.getByLabel('Note');
  const place = ada.getByRole('button', { name: 'Place order' });
  await quantity.fill('5000');
  await note.fill('x'.repeat(4_001));
  await place.focus();
  await expect(quantity).toHaveValue('5000');
  await expect(ada.getByText('Enter a whole number from 0 to 999.')).toBeVisible();
  await expect(place).toHaveAccessibleDescription(/^The quantity of .* is not a whole number/);
  await quantity.fill('5');
  await expect(place).toHaveAccessibleDescription('The note is too long.');
  await expect(ada.getByText('4,001 of 4,000 characters')).toBeVisible();
  await note.press('Backspace');
  await place.press('Enter');
  await expect(ada.getByTestId('order-status')).toHaveText('Placed');
});

test('an order that is placed offline is said not to have been sent, and is placed later', async ({
  browser,
  system,
  complaints,
}) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  await ada.getByRole('link', { name: 'New order' }).click();
  await ada
    .getByLabel(/^Quantity of/)
    .first()
    .fill('2');
  await ada.context().setOffline(true);
  await ada.getByRole('button', { name: 'Place order' }).click();
  const message = ada.getByText('You are offline, so nothing was sent.');
  await expect(message).toBeVisible();
  await ada.context().setOffline(false);
  await expect(message).toHaveCount(0);
  await ada.getByRole('button', { name: 'Place order' }).click();
  await expect(ada.getByTestId('order-status')).toHaveText('Placed');
});
