import { expect } from '@playwright/test';
import { test } from './testing/system.ts';

test('a message about a field goes when it is edited, and one about the connection when that is back', async ({
  page,
  system,
  complaints,
}) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  await page.goto(`${system.url}/sign-up`);
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('Ordercast-1');
  await page.getByLabel('Repeat password').fill('Ordercast-2');
  await page.getByRole('button', { name: 'Create account' }).click();
  const noName = page.getByText('Enter your name.');
  const noEmail = page.getByText('Enter your email address.');
  const different = page.getByText('The two passwords are not the same.');
  for (const message of [noName, noEmail, different]) await expect(message).toBeVisible();
  await page.getByLabel('Email').fill('n');
  await expect(noEmail).toHaveCount(0);
  await expect(page.getByLabel('Email')).not.toHaveAttribute('aria-invalid');
  await password.fill('Ordercast-2');
  await expect(different).toHaveCount(0);
  await expect(noName).toBeVisible();

  await page.goto(`${system.url}/forgotten-password`);
  await page.getByLabel('Email').fill('ada@example.com');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Send code' }).click();
  const unreachable = page.getByText('The sign-in service cannot be reached.');
  await expect(unreachable).toBeVisible();
  await page.context().setOffline(false);
  await expect(unreachable).toHaveCount(0);
});
