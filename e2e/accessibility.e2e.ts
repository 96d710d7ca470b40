import AxeBuilder from '@axe-core/playwright';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { expectNoSidewaysScroll } from './testing/sideways-scroll.ts';
import { signIn, test } from './testing/system.ts';

const PUBLIC_PAGES = ['/sign-in', '/sign-up', '/confirm', '/forgotten-password'];
const SIGNED_IN_PAGES = ['/orders', '/orders/new', '/announcements', '/account', '/nothing-here'];
const PHONE = { width: 360, height: 780 };
const DESKTOP = { width: 1280, height: 800 };

/** No violation that axe can find, and nothing that makes a phone scroll sideways. */
async function expectAccessible(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`,
  );
  expect(found, name).toEqual([]);
  await expectNoSidewaysScroll(page, name);
}

for (const viewport of [PHONE, DESKTOP]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`pages at ${viewport.width} px in ${colorScheme}`, async ({ browser, system }) => {
      const context = await browser.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      for (const path of PUBLIC_PAGES) {
        await page.goto(`${system.url}${path}`);
        await expectAccessible(page, path);
      }
      await page.goto(system.url);
      await signIn(page, 'alex@example.com', DEMO_PASSWORD);
      await expect(page.getByRole('heading', { level: 1, name: 'Orders' })).toBeVisible();
      for (const path of SIGNED_IN_PAGES) {
        await page.goto(`${system.url}${path}`);
        await expectAccessible(page, path);
      }
      await page.goto(`${system.url}/orders`);
      await page.locator('a[href^="/orders/0"]').first().click();
      await expect(page.getByTestId('order-status')).toBeVisible();
      await expectAccessible(page, 'an order');
      await page.goto(`${system.url}/console/`);
      await expectAccessible(page, 'the local console');
      await context.close();
    });
  }
}
