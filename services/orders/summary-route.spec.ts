import { orderSchema } from '@ordercast/contract/order.ts';
import { summarySchema } from '@ordercast/contract/summary.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, ALEX, SAM, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

const MINUTE_MS = 60_000;
/** Half past an hour about now, since tokens are made by the machine's time. */
const START = Math.floor(realTimeMs() / (60 * MINUTE_MS)) * 60 * MINUTE_MS + 30 * MINUTE_MS;

let now = START;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ clock: () => now });
});
afterAll(() => api.close());

const longLived = () => ({ exp: Math.floor(START / 1000) + 7 * 24 * 3600 });
const call = (user: typeof ADA, method: string, path: string, body?: unknown, ifMatch?: string) =>
  api.call(undefined, method, path, {
    body,
    headers: {
      Authorization: `Bearer ${api.pool.tokenFor(user, longLived())}`,
      ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
    },
  });

async function place(productId: string, quantity: number) {
  const answer = await call(ADA, 'POST', '/orders', { lines: [{ productId, quantity }] });
  return orderSchema.parse(answer.body);
}

async function summary(query = '') {
  return summarySchema.parse((await call(SAM, 'GET', `/orders/summary${query}`)).body);
}

describe('the summary', () => {
  it('counts and sums the last 24 hours by status and by hour', async () => {
    await place('tea', 1);
    now += 10 * MINUTE_MS;
    const second = await place('tea', 2);
    await call(SAM, 'POST', `/orders/${second.id}/transitions`, { to: 'confirmed' }, '"1"');
    now += 60 * MINUTE_MS;
    await place('cup', 1);
    now += 1;

    const hour = START - 30 * MINUTE_MS;
    expect(await summary()).toEqual({
      from: new Date(now - 24 * 60 * MINUTE_MS).toISOString(),
      to: new Date(now).toISOString(),
      byStatus: [
        { status: 'placed', count: 2, total: 450 + 1999 },
        { status: 'confirmed', count: 1, total: 900 },
        { status: 'packed', count: 0, total: 0 },
        { status: 'shipped', count: 0, total: 0 },
        { status: 'delivered', count: 0, total: 0 },
        { status: 'cancelled', count: 0, total: 0 },
      ],
      byHour: [
        { hour: new Date(hour).toISOString(), count: 2, total: 450 + 900 },
        { hour: new Date(hour + 60 * MINUTE_MS).toISOString(), count: 1, total: 1999 },
      ],
    });
  });

  it('begins with from and ends before to, whatever their offset', async () => {
    const from = new Date(START).toISOString();
    const to = new Date(START + 10 * MINUTE_MS).toISOString();
    const count = async (query: string) =>
      (await summary(query)).byStatus.reduce((sum, row) => sum + row.count, 0);
    expect(await count(`?from=${from}&to=${to}`)).toBe(1);
    expect(await count(`?from=${to}`)).toBe(2);
    expect(await count('?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00%2B02:00')).toBe(3);
    expect(await count('?from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00Z')).toBe(0);
  });

  it('is for staff and admins', async () => {
    expect((await call(ADA, 'GET', '/orders/summary')).status).toBe(403);
    expect((await call(ALEX, 'GET', '/orders/summary')).status).toBe(200);
  });

  it.each(['from=yesterday', 'to=1', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'])(
    'refuses ?%s',
    async (query) => {
      expect((await call(SAM, 'GET', `/orders/summary?${query}`)).status).toBe(400);
    },
  );

  it.each([
    ['from', '0000-01-01T00:00:00Z'],
    ['from', '0000-12-31T23:59:59.999Z'],
    ['from', '0001-01-01T00:00:00%2B00:01'],
    ['to', '9999-12-31T23:59:59.999-00:01'],
    ['to', '9999-12-31T23:59:00-23:59'],
  ])('refuses %s=%s, which SQL Server cannot keep, and names the range', async (path, instant) => {
    const answer = await call(SAM, 'GET', `/orders/summary?${path}=${instant}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      errors: [
        {
          path,
          message: 'must lie between 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z',
        },
      ],
    });
  });

  it.each([
    ['from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z'],
    ['from=0000-12-31T23:00:00-01:00', '0001-01-01T00:00:00.000Z'],
    ['to=0001-01-01T12:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('takes ?%s, as both databases do', async (query, from) => {
    expect(await summary(`?${query}`)).toMatchObject({ from });
    const server = await startTdsServer({ answer: () => ({ rows: [] }) });
    const database = openDatabase(`mssql://app:pw@127.0.0.1:${server.port}/shop?encrypt=false`);
    const onServer = await startTestApi({ database });
    try {
      const answer = await onServer.call(SAM, 'GET', `/orders/summary?${query}`);
      expect(summarySchema.parse(answer.body)).toMatchObject({ from });
    } finally {
      await onServer.close();
      await database.destroy();
      await server.close();
    }
  });
});
