import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from '@playwright/test';
import { signInAs } from './testing/person.ts';
import { orderByClicks, signedIn, test } from './testing/system.ts';

test('the page works on another origin than the API, as it does on AWS', async ({
  browser,
  system,
}) => {
  // Another name is another origin: the page's calls to localhost are cross-origin.
  const pageUrl = system.url.replace('localhost', '127.0.0.1');
  const ada = await signedIn(browser, pageUrl, 'ada@example.com');
  const preflights: string[] = [];
  ada.on('request', (request) => {
    if (request.url().includes('/api/')) preflights.push(new URL(request.url()).origin);
  });
  await expect(ada.getByRole('status', { name: 'Connection' })).toContainText('Live');
  await orderByClicks(ada, 2);
  await expect(ada.getByTestId('order-status')).toHaveText('Placed');
  await ada.getByRole('button', { name: 'Cancel order' }).click();
  await ada.getByRole('button', { name: 'Yes, cancel it' }).click();
  await expect(ada.getByTestId('order-status')).toHaveText('Cancelled');
  expect(new Set(preflights)).toEqual(new Set([system.url]));
});

test('a page of a foreign origin reads nothing, even with a token, and signs nobody up', async ({
  page,
  system,
  complaints,
}) => {
  complaints.expect(/blocked by CORS policy|ERR_FAILED .*\/(api\/orders|cognito\/?)\)$/);
  complaints.expect(/^WebSocket connection .* response code: 403/);
  const { accessToken, config } = await signInAs(system.url, 'ada@example.com');
  const foreign = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>foreign</title>');
  });
  foreign.listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  const address = foreign.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await page.goto(`http://127.0.0.1:${address.port}/`);

  const read = await page.evaluate(
    async ({ url, token }) => {
      try {
        const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
        return response.status;
      } catch (error) {
        return String(error);
      }
    },
    { url: `${config.apiUrl}/orders`, token: accessToken },
  );
  expect(read).toBe('TypeError: Failed to fetch');

  const signedUp = await page.evaluate(
    async ({ url, ClientId }) => {
      const call = { ClientId, Username: 'eve@example.com', Password: 'Ordercast-demo-1' };
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'X-Amz-Target': 'AWSCognitoIdentityProviderService.SignUp' },
          body: JSON.stringify(call),
        });
        return response.status;
      } catch (error) {
        return String(error);
      }
    },
    { url: config.cognitoEndpoint, ClientId: config.userPoolClientId },
  );
  expect(signedUp).toBe('TypeError: Failed to fetch');

  const socket = await page.evaluate(
    ({ url, token }) =>
      new Promise((resolve) => {
        const attempt = new WebSocket(url, ['ordercast.v1', `bearer.${token}`]);
        attempt.addEventListener('open', () => resolve('open'));
        attempt.addEventListener('error', () => resolve('refused'));
      }),
    { url: config.realtimeUrl, token: accessToken },
  );
  expect(socket).toBe('refused');
  foreign.close();
});

test('a preflight names what may be sent, and answers read what they need', async ({ system }) => {
  const Origin = system.url.replace('localhost', '127.0.0.1');
  const preflight = (origin: string) =>
    fetch(`${system.url}/api/orders`, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key,if-match',
      },
    });
  const allowed = await preflight(Origin);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(Origin);
  for (const name of [
    'Authorization',
    'Content-Type',
    'If-Match',
    'Idempotency-Key',
    'traceparent',
  ]) {
    expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
      name.toLowerCase(),
    );
  }
  const refused = await preflight('https://evil.example');
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();

  const { accessToken } = await signInAs(system.url, 'ada@example.com');
  const answer = await fetch(`${system.url}/api/orders`, {
    headers: { Origin, Authorization: `Bearer ${accessToken}` },
  });
  for (const name of ['ETag', 'Location', 'X-Request-Id', 'Idempotency-Replayed', 'Retry-After']) {
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain(
      name.toLowerCase(),
    );
  }
});
