import { expect } from '@playwright/test';
import { placeOrder, signInAs } from './testing/person.ts';
import { signedIn, test } from './testing/system.ts';

test('announcements in a row are all seen and counted, and one half typed is not lost', async ({
  browser,
  system,
}) => {
  const page = await signedIn(browser, system.url, 'alex@example.com');
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  await page.getByRole('link', { name: 'Announcements' }).click();
  await page.getByLabel('New announcement').fill('Half of what');
  await page.getByRole('link', { name: 'New order' }).click();
  await page.getByLabel('Note').fill('Half of a note');

  const alex = await signInAs(system.url, 'alex@example.com');
  for (const text of ['One', 'Two', 'Three', 'Four'])
    await alex.call('POST', '/announcements', { body: { text } });
  const shown = page.getByRole('region', { name: 'Announcements' });
  await page.getByRole('button', { name: '4 new announcements' }).click();
  await expect(shown.getByRole('link', { name: 'and 1 more' })).toBeVisible();
  for (const text of ['Two', 'Three', 'Four']) await expect(shown.getByText(text)).toBeVisible();
  const link = page.getByRole('link', { name: /^Announcements/ });
  await expect(link).toHaveText(/4\s*unread/);

  await link.click();
  await expect(page.getByLabel('New announcement')).toHaveValue('Half of what');
  await expect(link).not.toContainText('unread');
  await page.getByRole('link', { name: 'New order' }).click();
  await expect(page.getByLabel('Note')).toHaveValue('Half of a note');
  await page.getByRole('button', { name: 'Dismiss all' }).click();
  await expect(shown).toBeEmpty();
});

test('an announcement moves nothing under a pointer that rests on the page, and is shown when asked for', async ({
  browser,
  system,
}) => {
  const alex = await signInAs(system.url, 'alex@example.com');
  const publish = (text: string) => alex.call('POST', '/announcements', { body: { text } });
  const { id } = await placeOrder(await signInAs(system.url, 'ada@example.com'));
  for (const text of ['Long known', 'Known as well']) await publish(text);
  const page = await signedIn(browser, system.url, 'sam@example.com');
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  const link = page.getByRole('link', { name: /^Announcements/ });
  await link.click();
  await expect(page.getByRole('main').getByText('Known as well')).toBeVisible();
  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('button', { name: 'Dismiss all' }).click();
  await expect(link).not.toContainText('unread');

  const row = page.locator(`a[href="/orders/${id}"]`);
  const still = [row, page.getByRole('link', { name: 'Account' })];
  const places = () => Promise.all(still.map((each) => each.boundingBox()));
  await row.hover();
  const before = await places();
  await publish('Closed on Monday');
  await publish('Open on Tuesday');
  await expect(link).toHaveText(/2\s*unread/);
  expect(await places()).toEqual(before);
  const heard = page.getByRole('status', { name: 'Just announced' });
  await expect(heard).toContainText('Open on Tuesday');

  await page.getByRole('button', { name: '2 new announcements' }).press('Enter');
  const shown = page.getByRole('region', { name: 'Announcements' });
  await expect(shown).toBeFocused();
  await expect(heard).toBeEmpty();
  const dismiss = shown.getByRole('button', { name: 'Dismiss announcement' });
  await dismiss.last().press('Enter');
  await expect(shown).toHaveText(/Open on Tuesday/);
  await expect(dismiss).toBeFocused();
  await dismiss.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('an announcement covers nothing of a phone', async ({ browser, system }) => {
  const alex = await signInAs(system.url, 'alex@example.com');
  const page = await signedIn(browser, system.url, 'grace@example.com');
  await page.setViewportSize({ width: 390, height: 700 });
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
  await page.getByRole('link', { name: 'New order' }).click();
  const more = page.getByRole('button', { name: /^One more/ }).first();
  await more.hover();
  const place = await more.boundingBox();
  await more.click();
  await alex.call('POST', '/announcements', { body: { text: 'Closed on Monday' } });
  const waiting = page.getByRole('button', { name: /new announcement/ });
  await expect(waiting).toBeVisible();
  expect(await more.boundingBox()).toEqual(place);
  await page.evaluate('scrollTo(0, 0)');
  const [button, heading] = [waiting, page.getByRole('heading', { level: 1 })];
  const [over, under] = [await button.boundingBox(), await heading.boundingBox()];
  expect((over?.y ?? 0) + (over?.height ?? Infinity)).toBeLessThanOrEqual(under?.y ?? 0);
  await page.getByRole('link', { name: /^Go to your order/ }).click();
  await expect(page.getByRole('heading', { name: 'Your order' })).toBeInViewport();
});
