import { expect } from '@playwright/test';
import { orderByClicks, signedIn, test } from './testing/system.ts';

test('Ada places an order, Sam sees it at once and confirms it, and Ada sees that', async ({
  browser,
  system,
}) => {
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  const sam = await signedIn(browser, system.url, 'sam@example.com');
  await expect(sam.getByRole('status', { name: 'Connection' })).toContainText('Live');
  await expect(ada.getByRole('status', { name: 'Connection' })).toContainText('Live');

  await orderByClicks(ada, 2, 'Ring twice, please');
  const heading = ada.getByRole('heading', { level: 1, name: /^Order / });
  await expect(heading).toBeVisible();
  const orderPath = new URL(ada.url()).pathname;

  const row = sam.locator(`a[href="${orderPath}"]`);
  await expect(row).toBeVisible();
  await row.first().click();
  await expect(sam.getByText('Ring twice, please')).toBeVisible();
  await sam.getByRole('button', { name: 'Confirm' }).click();

  await expect(ada.getByTestId('order-status')).toHaveText('Confirmed');
  await expect(sam.getByTestId('order-status')).toHaveText('Confirmed');
  await expect(ada.getByRole('button', { name: 'Pack' })).toHaveCount(0);
});

test('an order is opened and found by the number that the page shows, in any case', async ({
  browser,
  system,
}) => {
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  const sam = await signedIn(browser, system.url, 'sam@example.com');
  await orderByClicks(ada, 1);
  const heading = ada.getByRole('heading', { level: 1, name: /^Order [0-9A-Z]{8}$/ });
  await expect(heading).toBeVisible();
  const orderPath = new URL(ada.url()).pathname;
  const number = orderPath.slice(-8);
  await expect(heading).toHaveText(`Order ${number}`);

  for (const page of [ada, sam]) {
    await page.goto(`${system.url}/orders/${number.toLowerCase()}`);
    await expect(page.getByTestId('order-status')).toHaveText('Placed');
    expect(new URL(page.url()).pathname).toBe(orderPath);
  }
  await sam.goto(`${system.url}/orders/zzzzzzzz`);
  await expect(sam.getByRole('heading', { level: 1 })).toHaveText('Order not found');

  await sam.goto(`${system.url}/orders`);
  for (const q of [number.toLowerCase(), 'LÓVELACE']) {
    await sam.getByRole('searchbox', { name: 'Search' }).fill(q);
    await expect(sam).toHaveURL(new RegExp(`q=${encodeURIComponent(q)}`));
    await expect(sam.locator(`a[href="${orderPath}"]`)).toHaveText(number);
  }
});

test("another customer's order cannot be opened and never shows", async ({
  browser,
  system,
  complaints,
}) => {
  complaints.expect(/status of 404 .*\/api\/orders\//);
  const grace = await signedIn(browser, system.url, 'grace@example.com');
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  await orderByClicks(ada, 1);
  await expect(ada.getByRole('heading', { level: 1, name: /^Order / })).toBeVisible();
  const orderPath = new URL(ada.url()).pathname;

  await grace.goto(`${system.url}${orderPath}`);
  await expect(grace.getByText(/not found/i).first()).toBeVisible();
});

test('who was away from the network sees what happened meanwhile', async ({
  browser,
  system,
  complaints,
}) => {
  // Whether the page asks for something just then is a matter of moments.
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  const ada = await signedIn(browser, system.url, 'ada@example.com');
  const sam = await signedIn(browser, system.url, 'sam@example.com');
  await orderByClicks(ada, 3);
  await expect(ada.getByTestId('order-status')).toHaveText('Placed');
  await expect(ada.getByRole('status', { name: 'Connection' })).toContainText('Live');

  await ada.context().setOffline(true);
  await expect(ada.getByRole('status', { name: 'Connection' })).not.toContainText('Live');
  await sam.goto(ada.url());
  await sam.getByRole('button', { name: 'Confirm' }).click();
  await expect(sam.getByTestId('order-status')).toHaveText('Confirmed');
  await expect(ada.getByTestId('order-status')).toHaveText('Placed');

  await ada.context().setOffline(false);
  await expect(ada.getByTestId('order-status')).toHaveText('Confirmed');
});
