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
