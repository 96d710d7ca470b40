import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** Fails where the page as it stands can be scrolled sideways; `what` names it. */
export async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const overflowPx = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflowPx, `${what} at ${page.viewportSize()?.width} px`).toBe(0);
}
