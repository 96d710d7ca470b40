import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { expect } from '@playwright/test';
import type { Browser, Locator, Page } from '@playwright/test';
import { BLOCKED_STORAGE } from './testing/blocked-storage.ts';
import { expectNoSidewaysScroll } from './testing/sideways-scroll.ts';
import { signIn, test } from './testing/system.ts';

/** More than any page has; whoever needs so many has no way there. */
const MOST_TABS = 300;

/** Goes on by Tab until it is there, as somebody without a mouse must. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const reached = target.and(page.locator(':focus'));
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if ((await reached.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never came to ${String(target)}`);
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

async function begin(
  browser: Browser,
  url: string,
  email: string,
  { width, script }: { width: number; script?: string },
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 640 } });
  if (script !== undefined) await context.addInitScript(script);
  const page = await context.newPage();
  await page.goto(url);
  await tabTo(page, page.getByLabel('Email'));
  await page.keyboard.type(email);
  await tabTo(page, page.getByLabel('Password'));
  await page.keyboard.type(DEMO_PASSWORD);
  await expectNoSidewaysScroll(page, 'signing in');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  return page;
}

/** Of the README, steps 1 to 6. */
async function takeTour(ada: Page, sam: Page, url: string): Promise<void> {
  const orderStatus = (page: Page) => page.getByTestId('order-status');
  await press(ada, ada.getByRole('link', { name: 'New order' }));
  await tabTo(ada, ada.getByLabel(/^Quantity of/).first());
  await ada.keyboard.type('2');
  await tabTo(ada, ada.getByLabel('Note'));
  await ada.keyboard.type('Ring twice, please');
  await expectNoSidewaysScroll(ada, 'a new order');
  await press(ada, ada.getByRole('button', { name: 'Place order' }));
  await expect(orderStatus(ada)).toHaveText('Placed');
  await expect(ada.getByRole('heading', { level: 1 })).toBeFocused();

  await expectNoSidewaysScroll(sam, 'the orders');
  await press(sam, sam.locator(`a[href="${new URL(ada.url()).pathname}"]`));
  await press(sam, sam.getByRole('button', { name: 'Confirm' }));
  await expect(orderStatus(ada)).toHaveText('Confirmed');

  await ada.context().setOffline(true);
  await expect(ada.getByRole('status', { name: 'Connection' })).toContainText('Offline');
  await press(sam, sam.getByRole('button', { name: 'Pack' }));
  await expect(orderStatus(sam)).toHaveText('Packed');
  await expectNoSidewaysScroll(ada, 'an order, offline');
  await ada.context().setOffline(false);
  await expect(orderStatus(ada)).toHaveText('Packed');
  await expectNoSidewaysScroll(sam, 'an order');

  await sam.goto(`${url}/console/`);
  await expect(sam.getByText(/^Connections: [1-9]/)).toBeVisible();
  await expectNoSidewaysScroll(sam, 'the local console');
}

for (const [where, window] of [
  ['on a phone', { width: 390 }],
  ['at 400 %', { width: 320 }],
  ['where storage is blocked', { width: 1280, script: BLOCKED_STORAGE }],
] as const) {
  test(`the tour is gone by keyboard alone ${where}`, async ({ browser, system, complaints }) => {
    // Ada is without a network for a while; whether her page asks for something then is a matter of moments.
    complaints.expect(/ERR_INTERNET_DISCONNECTED/);
    const ada = await begin(browser, system.url, 'ada@example.com', window);
    const sam = await begin(browser, system.url, 'sam@example.com', window);
    await takeTour(ada, sam, system.url);
  });
}

test('the longest state of the connection has room at 400 %', async ({ page, system }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.routeWebSocket(/\/realtime$/, (socket) => socket.close());
  await page.goto(system.url);
  await signIn(page, 'alex@example.com', DEMO_PASSWORD);
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Reconnecting…');
  await expectNoSidewaysScroll(page, 'the orders');
});
