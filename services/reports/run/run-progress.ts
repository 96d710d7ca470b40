import type { Logger } from '@ordercast/platform/logger.ts';
import { LEASE_MS } from './take-up-run.ts';
import type { Lease } from './report-run.ts';
import { changeRun } from './run-changes.ts';
import type { RunChanges } from './run-changes.ts';
import { noteProgress } from './run-store.ts';

/** People see it move; each is a row of the outbox and a message to everybody who looks. */
const LEAST_MS = 1_000;

/** Notes how far a run has come, at most once a second, and renews its lease with it. */
export class RunProgress {
  readonly #changes: RunChanges;
  readonly #log: Logger;
  readonly #lease: Lease;
  readonly #onLost: () => void;
  #notedAt = -Infinity;

  constructor(
    { changes, log }: { changes: RunChanges; log: Logger },
    lease: Lease,
    onLost: () => void,
  ) {
    this.#changes = changes;
    this.#log = log;
    this.#lease = lease;
    this.#onLost = onLost;
  }

  /** What cannot be noted is no reason to stop: the report does not need it. */
  async note(rowsDone: number, rowsTotal: number): Promise<void> {
    const now = this.#changes.clock();
    if (now - this.#notedAt < LEAST_MS) return;
    this.#notedAt = now;
    const note = { rowsDone, rowsTotal, until: now + LEASE_MS };
    try {
      const run = await changeRun(this.#changes, this.#lease.runId, (trx) =>
        noteProgress(trx, this.#lease, note),
      );
      if (run === undefined) this.#onLost();
    } catch (error) {
      this.#log.warn({ err: error, runId: this.#lease.runId }, 'progress could not be noted');
    }
  }
}
