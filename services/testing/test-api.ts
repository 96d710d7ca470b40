import type { Knex } from 'knex';
import { listen } from '../http/listen.ts';
import { createApi } from '../create-api.ts';
import type { ApiSettings } from '../create-api.ts';
import { callAs } from './call-as.ts';
import type { CallAs } from './call-as.ts';
import type { HttpLimits } from '@ordercast/platform/http-server.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { openTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { TestUser, TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';

export const ADA: TestUser = { sub: 'sub-ada', name: 'Ada Lovelace', email: 'ada@example.com' };
export const GRACE: TestUser = {
  sub: 'sub-grace',
  name: 'Grace Hopper',
  email: 'grace@example.com',
};
export const SAM: TestUser = {
  sub: 'sub-sam',
  name: 'Sam Stockton',
  email: 'sam@example.com',
  groups: ['staff'],
};
export const ALEX: TestUser = {
  sub: 'sub-alex',
  name: 'Alex Adeyemi',
  email: 'alex@example.com',
  groups: ['admins'],
};

export interface TestApi {
  url: string;
  database: TestDatabase;
  pool: TestUserPool;
  /** Lines that the API logged. */
  logged: string[];
  /** How often something was committed for the relay. */
  commits: () => number;
  drain: () => void;
  call: CallAs;
  close: () => Promise<void>;
}

const TEST_PRODUCTS = [
  { id: 'tea', name: 'Earl Grey', category: 'Drinks', unitPrice: 450, currency: 'EUR' },
  { id: 'cup', name: 'Porcelain cup', category: 'Ware', unitPrice: 1999, currency: 'EUR' },
  { id: 'pie', name: 'Apple pie', category: 'Food', unitPrice: 3, currency: 'USD' },
];

export async function insertTestProducts(db: Knex): Promise<void> {
  await db('products').insert(
    TEST_PRODUCTS.map(({ unitPrice, ...product }) => ({
      ...product,
      unit_price: unitPrice,
      created_at: new Date('2026-11-22T08:30:00.000Z'),
    })),
  );
}

/** The whole API on a socket, over a database file and a user pool of its own. */
export async function startTestApi(
  changes: Partial<ApiSettings> = {},
  limits: Partial<HttpLimits> = {},
): Promise<TestApi> {
  const [database, pool] = await Promise.all([openTestDatabase(), startTestUserPool()]);
  await insertTestProducts(database.db);
  const logged: string[] = [];
  let commits = 0;
  const api = createApi({
    database: database.db,
    issuer: pool.issuer,
    jwksUri: pool.jwksUri,
    clientId: pool.clientId,
    region: 'us-east-1',
    cognitoEndpoint: pool.endpoint,
    corsOrigins: ['https://app.example.com'],
    onCommitted: () => {
      commits += 1;
    },
    clock: Date.now,
    random: seededRandom(1),
    log: createLogger('test', { destination: { write: (line) => void logged.push(line) } }),
    ...changes,
  });
  const server = await listen(api.app, { port: 0, host: '127.0.0.1', limits });
  return {
    url: server.url,
    database,
    pool,
    logged,
    commits: () => commits,
    drain: api.drain,
    call: callAs(server.url, pool),
    close: async () => {
      await server.close();
      api.close();
      await Promise.all([database.close(), pool.close()]);
    },
  };
}
