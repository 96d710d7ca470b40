import { expect } from '@playwright/test';
import { signInAs } from './testing/person.ts';
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
  const shown = page.getByRole('status', { name: 'Announcements' });
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
