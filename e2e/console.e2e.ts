import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { REPORTS_BUCKET } from '@ordercast/local/reports-cloud.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { expect } from '@playwright/test';
import { text } from 'node:stream/consumers';
import { consoleState } from './testing/console-state.ts';
import { test } from './testing/system.ts';

test('a mail is shown as it would be, runs nothing, and its links open', async ({
  page,
  system,
  complaints,
}) => {
  // The browser says what of the mail it has not let run or load.
  complaints.expect(/^Blocked script execution in/);
  complaints.expect(/^Loading the image .* violates the following Content Security Policy/);
  const endpoint = (await consoleState(system.url)).standIns.get('SES') ?? '';
  const link = `${system.url}/sign-in`;
  const html =
    `<h1>Daily report</h1><p><a href="${link}">Open it</a></p>` +
    `<script>document.title = 'ran'; parent.document.title = 'ran'</script>` +
    `<img src="${system.url}/console/console.css" onerror="document.title = 'ran'">`;
  await new SESv2Client(standIn(endpoint)).send(
    new SendEmailCommand({
      FromEmailAddress: 'reports@example.com',
      Destination: { ToAddresses: ['sam@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Daily <b>report</b>' },
          Body: { Text: { Data: `It is ready: ${link}.` }, Html: { Data: html } },
        },
      },
    }),
  );
  await page.goto(`${system.url}/console/`);
  await page.getByRole('button', { name: 'Daily <b>report</b>' }).click();
  const mail = page.getByRole('article', { name: 'Daily <b>report</b>' });
  await expect(mail).toContainText('reports@example.com → sam@example.com');
  const frame = page.frameLocator('#mail-html iframe');
  await expect(frame.getByRole('heading', { name: 'Daily report' })).toBeVisible();
  for (const clicked of [
    frame.getByRole('link', { name: 'Open it' }),
    mail.getByRole('link', { name: link }),
  ]) {
    const opened = page.waitForEvent('popup');
    await clicked.click();
    const other = await opened;
    await expect(other).toHaveURL(link);
    // It is a page like any other: neither sandboxed nor told of the console.
    await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();
    expect(await other.evaluate('opener === null')).toBe(true);
    await other.close();
  }
  await expect(page).toHaveTitle('Ordercast local console');
  await mail.getByRole('button', { name: 'Close' }).click();
  await expect(mail).toBeHidden();
});

test('a stored object is listed and comes as a file', async ({ page, system }) => {
  const endpoint = (await consoleState(system.url)).standIns.get('S3') ?? '';
  const Key = 'reports/01KAN/1/daily-2026-11-21.csv';
  await new S3Client({ ...standIn(endpoint), forcePathStyle: true }).send(
    new PutObjectCommand({ Bucket: REPORTS_BUCKET, Key, Body: 'id,total\r\n' }),
  );
  await page.goto(`${system.url}/console/`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: Key }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('daily-2026-11-21.csv');
  expect(await text(await download.createReadStream())).toBe('id,total\r\n');
});
