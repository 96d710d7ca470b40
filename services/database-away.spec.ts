import { knexSettings, openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Answer, TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { ServerError } from '@ordercast/platform/testing/tds/answers.ts';
import knexModule from 'knex';
import type { Knex } from 'knex';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADA, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const PASSWORD = 'hunter2-s3cret';

let server: TdsServer;
let database: Knex;
let api: TestApi;
/** How the server answers statements and logins. */
let answer: Answer;
let refusal: ServerError | undefined;

beforeAll(async () => {
  server = await startTdsServer({ answer: () => answer, login: () => refusal });
});
afterAll(() => server.close());

beforeEach(async () => {
  [answer, refusal] = [{}, undefined];
  database = openDatabase(url(), { requestTimeoutMs: 200 });
  api = await startTestApi({ database });
  return async () => {
    await api.close();
    await database.destroy();
  };
});

const url = () => `mssql://app:${PASSWORD}@127.0.0.1:${server.port}/shop?encrypt=false`;
const read = () => api.call(ADA, 'GET', '/products');
const place = () =>
  api.call(ADA, 'POST', '/orders', { body: { lines: [{ productId: 'tea', quantity: 1 }] } });

async function expectLater(ask: typeof read): Promise<void> {
  const { status, headers, text } = await ask();
  expect(status).toBe(503);
  expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
  expect(text).toContain('The database cannot serve now');
  expect(text + api.logged.join('')).not.toContain(PASSWORD);
}

/** What SQL Server says while it stops, starts, recovers, fails over, or lacks something. */
const PASSING = [
  596, 701, 802, 904, 921, 922, 923, 924, 926, 927, 941, 942, 945, 952, 955, 976, 978, 979, 982,
  983, 988, 1101, 1105, 1204, 1205, 1222, 3906, 3960, 4060, 6005, 6006, 8645, 8651, 9002, 10928,
  10929, 17142, 17147, 17148, 17187, 17188, 17189, 17809, 18401, 18451, 18456, 40197, 40501, 40613,
  49918, 49919, 49920,
];

describe('a SQL Server that cannot serve now', () => {
  it.each(PASSING)('and says so by %d to a login gives 503', async (number) => {
    refusal = { number, message: 'not now' };
    await expectLater(read);
    await expectLater(place);
  });

  it.each(PASSING)('and says so by %d to a statement gives 503', async (number) => {
    answer = { error: { number, message: 'not now', severity: 14 }, endsTransaction: true };
    await expectLater(read);
    await expectLater(place);
  });

  it.each([
    [17, 'lacks something'],
    [19, 'is over a limit'],
    [20, 'ends the session'],
    [24, 'ends the session'],
  ])('by an error of severity %d, which %s, gives 503', async (severity) => {
    answer = { error: { number: 60_000, message: 'not now', severity } };
    await expectLater(read);
  });

  it('refuses logins by a number that nobody knows, and gives 503', async () => {
    refusal = { number: 60_000, message: 'not you' };
    await expectLater(read);
  });

  it.each(['drop', 'hang'] as const)('gives 503 where a statement meets: %s', async (fault) => {
    await read();
    answer = fault;
    await expectLater(read);
  });

  it('gives 503 while nobody listens, and serves again once somebody does', async () => {
    expect((await read()).status).toBe(200);
    await server.stop();
    await expectLater(read);
    await expectLater(place);
    await server.start();
    // The pool hands a failure to whoever waits for a connection then: one of before may still be under way.
    await expect.poll(async () => (await read()).status).toBe(200);
  });

  it('gives 503 where no connection comes free in time', async () => {
    const settings = knexSettings(url(), { poolMax: 1 });
    // Time enough for the holder's own connection, however busy the machine.
    const crowded = knexModule.knex({ ...settings, acquireConnectionTimeout: 5_000 });
    const other = await startTestApi({ database: crowded });
    const holder = await crowded.transaction();
    const { status } = await other.call(ADA, 'GET', '/products');
    await holder.rollback();
    await other.close();
    await crowded.destroy();
    expect(status).toBe(503);
  });
});

describe('a statement that is wrong', () => {
  it.each([208, 229, 547, 8152])('by %d stays a fault of ours: 500', async (number) => {
    answer = { error: { number, message: 'hidden text', severity: 16 } };
    const { status, headers, text } = await read();
    expect(status).toBe(500);
    expect(headers.get('Retry-After')).toBeNull();
    expect(text).not.toContain('hidden');
  });
});
