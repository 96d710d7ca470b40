import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { Lease, ReportRun } from './report-run.ts';
import { changeRun } from './run-changes.ts';
import type { RunChanges } from './run-changes.ts';
import { claimRun } from './run-store.ts';
import type { NotClaimed } from './run-store.ts';

/**
 * How long a process may be silent before another takes its run. Long beside a pause of its threads, such as drawing a page or a query of
 * SQLite, and short beside what a person waits.
 */
export const LEASE_MS = 60_000;

/** A run that a process has taken, and its right to it. */
export interface ClaimedRun {
  run: ReportRun;
  lease: Lease;
}

/**
 * Takes a queued run, or one whose lease has ended, for a process and tells of it. `owner` is a ULID of the process's own; at most
 * `maxRunning` runs are under way at once, whoever claims.
 */
export async function takeUpRun(
  changes: RunChanges,
  id: string,
  { owner, maxRunning }: { owner: string; maxRunning: number },
): Promise<ClaimedRun | NotClaimed> {
  // Of those that choose the same slot one gets it: after as many tries as there are slots all are taken.
  for (let attempt = 1; attempt <= maxRunning + 1; attempt += 1) {
    try {
      let taken: Lease | NotClaimed = 'taken';
      const run = await changeRun(changes, id, async (trx, now) => {
        taken = await claimRun(trx, id, { owner, now, leaseMs: LEASE_MS, maxRunning });
        return typeof taken === 'object';
      });
      return claimed(run, taken);
    } catch (error) {
      // Outside of the transaction: SQL Server has ended that.
      if (!isUniqueViolation(error)) throw error;
    }
  }
  return 'full';
}

function claimed(run: ReportRun | undefined, taken: Lease | NotClaimed): ClaimedRun | NotClaimed {
  if (typeof taken === 'string') return taken;
  return run === undefined ? 'taken' : { run, lease: taken };
}
