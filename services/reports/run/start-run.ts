import type { ReportRun } from './report-run.ts';

/**
 * Has a process of its own work on a run that was queued or has lapsed. It may do so twice: of two processes one gets the run. Rejects
 * where none could be started; the keeper tries again.
 */
export type StartRun = (run: ReportRun) => Promise<void>;
