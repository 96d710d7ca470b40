import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { totpCode } from '@ordercast/emulators/cognito/password/totp.ts';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import { cognitoAdmin } from './testing/cognito-admin.ts';
import { signIn, test } from './testing/system.ts';

const TOKEN_SECONDS = 8;
const NEW_PASSWORD = 'Another-demo-2';
/** What the browser writes of an answer by which Cognito refuses something. */
const REFUSED_BY_COGNITO = /status of 400 .*\/cognito\)$/;

test.use({ systemArgs: ['--token-seconds', String(TOKEN_SECONDS)] });

const mailsSchema = z.object({
  mails: z.array(z.object({ to: z.string(), subject: z.string(), text: z.string() })),
});

/** The newest code that was mailed to somebody, as the local console shows it. */
async function mailedCode(url: string, to: string, otherThan = ''): Promise<string> {
  let code = otherThan;
  await expect(async () => {
    const { mails } = mailsSchema.parse(await (await fetch(`${url}/console/state.json`)).json());
    const text = mails.find((mail) => mail.to === to)?.text ?? '';
    code = /\d{6}/.exec(text)?.[0] ?? otherThan;
    expect(code).not.toBe(otherThan);
  }).toPass();
  return code;
}

async function expectOrders(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: 'Orders' })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live');
}

/** The access token that the page sends with a request for its orders. */
async function sentToken(page: Page): Promise<string> {
  const asking = page.waitForRequest((request) => request.url().includes('/api/orders'));
  await page.reload();
  return (await asking).headers()['authorization']?.replace('Bearer ', '') ?? '';
}

/**
 * When the API takes the token of a page no more, some seconds after its end, the page must go on by a
 * refresh, without a new sign-in.
 */
async function expectRefresh(page: Page, url: string): Promise<void> {
  const headers = { Authorization: `Bearer ${await sentToken(page)}` };
  const status = async () => (await page.request.get(`${url}/api/orders`, { headers })).status();
  expect(await status()).toBe(200);
  await expect.poll(status, { timeout: 90_000 }).toBe(401);
  await page.reload();
  await expectOrders(page);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
}

test('sign-up with a weak password, a resent code and confirmation', async ({
  page,
  system,
  complaints,
}) => {
  complaints.expect(REFUSED_BY_COGNITO);
  const email = 'mary@example.com';
  await page.goto(`${system.url}/sign-up`);
  await page.getByLabel('Name').fill('Mary Somerville');
  await page.getByLabel('Email').fill(email);
  for (const password of ['short', DEMO_PASSWORD]) {
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Repeat password').fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    if (password === 'short')
      await expect(page.getByText(/at least 8 characters/i).first()).toBeVisible();
  }
  await expect(page.getByRole('heading', { level: 1, name: 'Confirm your account' })).toBeVisible();
  const first = await mailedCode(system.url, email);

  await page.goto(`${system.url}/sign-in`);
  await signIn(page, email, DEMO_PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Confirm your account' })).toBeVisible();
  await page.getByRole('button', { name: 'Send the code again' }).click();
  await expect(page.getByText('A new code is on its way.')).toBeVisible();
  const code = await mailedCode(system.url, email, first);
  await page.getByLabel('Code').fill(code === '000000' ? '000001' : '000000');
  await page.getByRole('button', { name: 'Confirm account' }).click();
  await expect(page.getByText('That code is not right.')).toBeVisible();
  await page.getByLabel('Code').fill(` ${code.slice(0, 3)} ${code.slice(3)} `);
  await page.getByRole('button', { name: 'Confirm account' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, email, DEMO_PASSWORD);
  await expectOrders(page);
  await expectRefresh(page, system.url);
});

test('a wrong password and an unknown user look the same', async ({ page, system, complaints }) => {
  complaints.expect(REFUSED_BY_COGNITO);
  await page.goto(system.url);
  for (const email of ['grace@example.com', 'nobody@example.com']) {
    await signIn(page, email, 'Wrong-password-1');
    await expect(page.getByText('Incorrect username or password.')).toBeVisible();
    await page.reload();
  }
});

test('a forgotten password', async ({ page, system, complaints }) => {
  complaints.expect(REFUSED_BY_COGNITO);
  const email = 'grace@example.com';
  await page.goto(system.url);
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code').fill(await mailedCode(system.url, email));
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Repeat new password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, email, DEMO_PASSWORD);
  await expect(page.getByText('Incorrect username or password.')).toBeVisible();
  await signIn(page, email, NEW_PASSWORD);
  await expectOrders(page);
  await expectRefresh(page, system.url);
});

test('a first sign-in with a password that somebody else has set', async ({ page, system }) => {
  const { client, UserPoolId } = await cognitoAdmin(system.url);
  const email = 'katherine@example.com';
  await client.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username: email,
      TemporaryPassword: DEMO_PASSWORD,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'name', Value: 'Katherine Johnson' },
      ],
    }),
  );
  await page.goto(system.url);
  await signIn(page, email, DEMO_PASSWORD);
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Repeat new password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expectOrders(page);
  await expectRefresh(page, system.url);
});

test('an authenticator app: set up, sign in with it, turn off', async ({ page, system }) => {
  await page.goto(system.url);
  await signIn(page, 'sam@example.com', DEMO_PASSWORD);
  await expectOrders(page);
  await page.goto(`${system.url}/account`);
  await page.getByRole('button', { name: 'Set up authenticator app' }).click();
  const shown = page.getByRole('region', { name: 'Two-step sign-in' }).locator('code');
  const secret = (await shown.innerText()).replaceAll(/\s/g, '');
  /** In groups and with a blank too many, as it is typed or pasted. */
  const code = (at: number) => totpCode(secret, at).replace(/(...)(...)/, '$1 - $2 ');
  await page.getByLabel('Code').fill(code(Date.now()));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect(page.getByText('It is on')).toBeVisible();
  await signOut(page);

  await signIn(page, 'sam@example.com', DEMO_PASSWORD);
  await expect(page.getByRole('heading', { name: 'Enter your code' })).toBeVisible();
  // A code is good once; the next one is taken half a minute early.
  await page.getByLabel('Code').fill(code(Date.now() + 30_000));
  await page.getByRole('button', { name: 'Verify code' }).click();
  await expectOrders(page);
  await expectRefresh(page, system.url);
  await page.goto(`${system.url}/account`);
  await page.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('It is off')).toBeVisible();
});

test('a change of password, and signing out everywhere', async ({
  browser,
  page,
  system,
  complaints,
}) => {
  complaints.expect(REFUSED_BY_COGNITO);
  complaints.expect(/^WebSocket connection .* Authentication failed/);
  const email = 'ada@example.com';
  const elsewhere = await (await browser.newContext()).newPage();
  for (const each of [page, elsewhere]) {
    await each.goto(system.url);
    await signIn(each, email, DEMO_PASSWORD);
    await expectOrders(each);
  }
  await page.goto(`${system.url}/account`);
  const change = page.getByRole('button', { name: 'Change password' });
  await page.getByLabel('Present password').fill('Wrong-password-1');
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Repeat new password').fill(NEW_PASSWORD);
  await change.click();
  await expect(page.getByText('Your present password is not right.')).toBeVisible();
  await page.getByLabel('Present password').fill(DEMO_PASSWORD);
  await change.click();
  await expect(page.getByText('Your password is changed.')).toBeVisible();

  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  // The other window holds a token until it expires; it gets no further one.
  await expect(async () => {
    await elsewhere.reload();
    const heading = elsewhere.getByRole('heading', { level: 1, name: 'Sign in' });
    // Its library tries a refused refresh again for some seconds before it says so.
    await expect(heading).toBeVisible({ timeout: 30_000 });
  }).toPass();

  await signIn(page, email, NEW_PASSWORD);
  await expectOrders(page);
  await expectRefresh(page, system.url);
});

test('a disabled user is told so, and only who knows the password', async ({
  page,
  system,
  complaints,
}) => {
  complaints.expect(REFUSED_BY_COGNITO);
  const { client, UserPoolId } = await cognitoAdmin(system.url);
  await client.send(new AdminDisableUserCommand({ UserPoolId, Username: 'alex@example.com' }));
  await page.goto(system.url);
  await signIn(page, 'alex@example.com', 'Wrong-password-1');
  await expect(page.getByText('Incorrect username or password.')).toBeVisible();
  await signIn(page, 'alex@example.com', DEMO_PASSWORD);
  await expect(page.getByText('This account is disabled.')).toBeVisible();
});
