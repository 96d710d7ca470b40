import type { Knex } from 'knex';
import { createLogger } from '@ordercast/platform/logger.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createApi } from '../../create-api.ts';
import { listen } from '../../http/listen.ts';
import { createAppLockLeadership } from '../../relay/leadership/app-lock-leadership.ts';
import { createLeaseLeadership } from '../../relay/leadership/lease-leadership.ts';
import type { Leadership } from '../../relay/leadership/leadership.ts';
import type { StoreOperation } from './store-operation.ts';

/** Longer than any lead is taken for granted. */
const A_WHILE_MS = 600;
const NOBODY_LISTENS = 'http://127.0.0.1:1';

/** What services ask the database past their stores. */
export const SERVICE_OPERATIONS: readonly StoreOperation[] = [
  {
    purpose: 'a relay takes the lease, keeps it and gives it back (SQLite alone)',
    name: createLeaseLeadership.name,
    run: (db) => lead((clock) => lease(db, clock)),
    deliberate: [],
  },
  {
    purpose: 'a relay finds the lease taken (SQLite alone)',
    name: createLeaseLeadership.name,
    run: async (db) => {
      await lease(db, () => 0).acquire();
      await lease(db, () => 0).acquire();
    },
    deliberate: [],
    writtenRows: 0,
  },
  {
    purpose: 'a relay leads by an application lock',
    name: createAppLockLeadership.name,
    run: (session) =>
      lead((monotonicClock) => createAppLockLeadership({ session, name: 'relay', monotonicClock })),
    deliberate: [],
    only: 'SQL Server',
  },
  {
    purpose: 'whether the API is ready',
    name: createApi.name,
    run: askWhetherReady,
    deliberate: [],
  },
];

function lease(database: Knex, clock: () => number): Leadership {
  return createLeaseLeadership({ database, name: 'relay', owner: 'x', clock });
}

/** A whole term, in which somebody asks whether it goes on. */
async function lead(by: (clock: () => number) => Leadership): Promise<void> {
  let now = 2_000_000_000_000;
  const term = await by(() => now).acquire();
  now += A_WHILE_MS;
  await term?.isHeld();
  await term?.release();
}

async function askWhetherReady(database: Knex): Promise<void> {
  const api = createApi({
    database,
    issuer: NOBODY_LISTENS,
    jwksUri: NOBODY_LISTENS,
    clientId: 'none',
    region: 'us-east-1',
    cognitoEndpoint: NOBODY_LISTENS,
    corsOrigins: [],
    onCommitted: () => undefined,
    clock: Date.now,
    random: seededRandom(1),
    log: createLogger('test', { destination: { write: () => undefined } }),
  });
  const server = await listen(api.app, { port: 0, host: '127.0.0.1' });
  try {
    await fetch(`${server.url}/health/ready`);
  } finally {
    await server.close();
    api.close();
  }
}
