import { problemSchema } from '@ordercast/contract/problem.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADA, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

const SECRET = 's'.repeat(32);
const THROUGH = { 'Ordercast-Gateway-Secret': SECRET };

let api: TestApi;
let open: TestApi;
beforeAll(async () => {
  const gatewaySecret = {
    accepts: (value: string) => Promise.resolve(value === SECRET),
    close: () => undefined,
  };
  [api, open] = await Promise.all([startTestApi({ gatewaySecret }), startTestApi()]);
});
afterAll(() => Promise.all([api.close(), open.close()]));

const lineSchema = z.looseObject({ requestId: z.string(), clientAddress: z.unknown().optional() });

/** The log line of the request that got this answer. */
async function lineOf({ logged }: TestApi, { headers }: { headers: Headers }) {
  const id = headers.get('Ordercast-Request-Id');
  const find = () =>
    logged.map((line) => lineSchema.parse(JSON.parse(line))).find((line) => line.requestId === id);
  await expect.poll(find).toBeDefined();
  return find();
}

describe('where the gateway has a secret', () => {
  it.each([
    ['GET', '/products'],
    ['POST', '/orders'],
    ['GET', '/openapi.json'],
    ['GET', '/nothing/here'],
    ['GET', '/health'],
    ['GET', '//health/live'],
    ['OPTIONS', '/orders'],
  ])('%s %s is refused without it, signed in or not', async (method, path) => {
    const wrong = { 'Ordercast-Gateway-Secret': 'x'.repeat(32) };
    for (const headers of [{}, wrong, { ...wrong, 'Access-Control-Request-Method': 'POST' }]) {
      const answer = await api.call(ADA, method, path, { headers });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
      expect(problemSchema.parse(answer.body)).toMatchObject({
        title: 'Forbidden',
        detail: 'Calls to this API go through the address of its gateway.',
      });
    }
  });

  it('what came through it is answered as ever', async () => {
    expect((await api.call(ADA, 'GET', '/products', { headers: THROUGH })).status).toBe(200);
    expect((await api.call(undefined, 'GET', '/products', { headers: THROUGH })).status).toBe(401);
    expect((await api.call(undefined, 'GET', '/openapi.json', { headers: THROUGH })).status).toBe(
      200,
    );
  });

  it.each(['/health/live', '/health/ready'])('%s answers a balancer', async (path) => {
    expect((await api.call(undefined, 'GET', path)).status).toBe(200);
  });

  it('its value stands in no log line and no answer', async () => {
    const answer = await api.call(undefined, 'GET', '/products', { headers: THROUGH });
    await lineOf(api, answer);
    expect(api.logged.join('')).not.toContain(SECRET);
    expect(answer.text + JSON.stringify([...answer.headers])).not.toContain(SECRET);
  });
});

describe("a request's log line names the caller's address", () => {
  const addressOf = async (of: TestApi, path: string, headers: Record<string, string>) =>
    (await lineOf(of, await of.call(ADA, 'GET', path, { headers })))?.clientAddress;

  it.each(['203.0.113.7', '2001:db8::7'])('as the gateway saw it: %s', async (address) => {
    const headers = { ...THROUGH, 'Ordercast-Client-Address': address };
    expect(await addressOf(api, '/products', headers)).toBe(address);
  });

  it.each([
    ['that is none', { ...THROUGH, 'Ordercast-Client-Address': '203.0.113.7, 10.0.0.1' }],
    ['that is a name', { ...THROUGH, 'Ordercast-Client-Address': 'localhost' }],
    [
      'that only other headers name',
      { ...THROUGH, 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.7' },
    ],
    ['of a request that is refused', { 'Ordercast-Client-Address': '203.0.113.7' }],
  ])('but not one %s', async (_which, headers) => {
    expect(await addressOf(api, '/products', headers)).toBeUndefined();
  });

  it('but not where nothing shows that the gateway wrote it', async () => {
    const headers = { ...THROUGH, 'Ordercast-Client-Address': '203.0.113.7' };
    expect(await addressOf(open, '/products', headers)).toBeUndefined();
    expect(await addressOf(api, '/health/live', headers)).toBeUndefined();
  });
});
