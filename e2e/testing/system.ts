import { expect } from '@playwright/test';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { startSystemProcess } from './system-process.ts';
import type { SystemProcess } from './system-process.ts';
import { watchedTest } from './watched-test.ts';

/** The whole system as a process of its own, one for each file of tests. */
export const test = watchedTest.extend<object, { system: SystemProcess; systemArgs: string[] }>({
  systemArgs: [[], { option: true, scope: 'worker' }],
  system: [
    async ({ systemArgs }, use) => {
      // DATABASE_URL puts the same system on a server, which these tests may migrate.
      const system = await startSystemProcess(['--ephemeral', '--migrate', ...systemArgs]);
      await use(system);
      expect(await system.stop()).toBe(0);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** A window of one person's own: another context shares neither storage nor session. */
export async function signedIn(
  browser: Browser,
  url: string,
  email: string,
  window: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(window);
  const page = await context.newPage();
  await page.goto(url);
  await signIn(page, email, DEMO_PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Orders' })).toBeVisible();
  return page;
}

export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Orders the catalogue's first product, as a person does, and leaves at the order's page. */
export async function orderByClicks(page: Page, quantity: number, note?: string): Promise<void> {
  await page.getByRole('link', { name: 'New order' }).click();
  await page
    .getByLabel(/^Quantity of/)
    .first()
    .fill(String(quantity));
  if (note !== undefined) await page.getByLabel('Note').fill(note);
  await page.getByRole('button', { name: 'Place order' }).click();
}
