import type { Logger } from '@ordercast/platform/logger.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Knex } from 'knex';
import { LEASE_MS } from './take-up-run.ts';
import type { Lease } from './report-run.ts';
import { renewLease } from './run-store.ts';

/** Often enough that a renewal or two may fail. It is also when a cancelled run is noticed in the midst of a query. */
const RENEWAL_MS = 10_000;

/** The run was cancelled, or another process may have it: nothing of it may be written any more. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/**
 * Renews a lease that was just taken until `signal` is aborted, whatever else the process does. Calls `onLost`, once, where it has lost it: it was
 * told so, or could not renew it before it ended.
 */
export async function keepLease(
  { database, clock, wait, log }: { database: Knex; clock: () => number; wait: Wait; log: Logger },
  lease: Lease,
  { signal, onLost }: { signal: AbortSignal; onLost: () => void },
): Promise<void> {
  for (let until = clock() + LEASE_MS; ;) {
    await wait(RENEWAL_MS, signal);
    if (signal.aborted) return;
    const next = clock() + LEASE_MS;
    try {
      if (!(await renewLease(database, lease, next))) {
        onLost();
        return;
      }
      until = next;
    } catch (error) {
      log.warn({ err: error, runId: lease.runId }, 'a lease could not be renewed');
      if (clock() < until) continue;
      onLost();
      return;
    }
  }
}
