import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { createAppLockLeadership } from './app-lock-leadership.ts';
import type { ConnectionOptions } from '@ordercast/platform/database.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import type { Leadership } from './leadership.ts';
import { createLeaseLeadership } from './lease-leadership.ts';
import { RELAY_LEASE } from '../relay.ts';

/** A session that does not answer in this time has lost the lead. */
const REQUEST_TIMEOUT_MS = 3_000;

/**
 * The way in which relays of a database choose their leader: an application lock on SQL Server, a
 * lease on SQLite, which only processes of one machine share. `close` ends what it opened.
 */
export function relayLeadership(settings: {
  database: Knex;
  open: (options: ConnectionOptions) => Knex;
  /** Epoch ms. */
  clock: () => number;
}): { leadership: Leadership; close: () => Promise<void> } {
  const { database, clock } = settings;
  if (dialectOf(database) === 'sqlite') {
    const leadership = createLeaseLeadership({
      database,
      name: RELAY_LEASE,
      owner: randomUUID(),
      clock,
    });
    return { leadership, close: () => Promise.resolve() };
  }
  const session = settings.open({
    poolMax: 1,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    appName: 'ordercast-relay-lead',
  });
  const leadership = createAppLockLeadership({
    session,
    name: RELAY_LEASE,
    monotonicClock: () => performance.now(),
  });
  return { leadership, close: () => session.destroy() };
}
