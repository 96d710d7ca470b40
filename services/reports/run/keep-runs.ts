import type { Logger } from '@ordercast/platform/logger.ts';
import type { ReportFiles } from '../storage/report-files.ts';
import { LEASE_MS } from './take-up-run.ts';
import { abandonedSentence } from './failure-sentence.ts';
import type { ReportRun } from './report-run.ts';
import { changeRun } from './run-changes.ts';
import type { RunChanges } from './run-changes.ts';
import {
  countRunning,
  failAbandonedRun,
  listLapsed,
  listQueued,
  listUnswept,
  markSwept,
} from './run-store.ts';
import { FAILED } from './run-report.ts';
import type { StartRun } from './start-run.ts';

export interface KeepRunsParts extends RunChanges {
  files: ReportFiles;
  start: StartRun;
  log: Logger;
  /** Runs that may be under way at once, in all processes. */
  maxRunning: number;
}

/** How often a process may die of a run: its third death is hardly chance. */
const MAX_DEATHS = 3;
/** How often a run may be given back by processes that were told to stop, before something else is wrong. */
const MAX_ATTEMPTS = 10;
/** Whoever asked for a run starts it too; the keeper comes in where that failed. */
const START_AFTER_MS = 5_000;
const TOO_LONG_MS = 10 * 60_000;
const MAX_LISTED = 100;

/**
 * One look after all runs, to be repeated every minute or sooner: takes up those whose process has died, or fails them after three deaths, starts
 * those that wait while there is room, and sweeps what ended ones left. What fails is logged and left for the next look. Two keepers at
 * once do no harm: whatever is started twice is claimed once.
 */
export async function keepRuns(parts: KeepRunsParts): Promise<void> {
  const duties = [takeUpLapsed, startQueued, sweepEnded];
  for (const duty of duties) {
    try {
      await duty(parts);
    } catch (error) {
      parts.log.error({ err: error, duty: duty.name }, 'runs of reports could not be looked after');
    }
  }
}

async function takeUpLapsed(parts: KeepRunsParts): Promise<void> {
  for (const run of await listLapsed(parts.database, parts.clock())) {
    if (run.attempts >= MAX_DEATHS) await failAbandoned(parts, run);
    else await startLogged(parts, run, 'the process of a run has died; the run is begun anew');
  }
}

async function startQueued(parts: KeepRunsParts): Promise<void> {
  const { database, clock, log, maxRunning } = parts;
  const now = clock();
  const queued = await listQueued(database, MAX_LISTED);
  const [oldest] = queued;
  if (oldest !== undefined && now - oldest.createdAt > TOO_LONG_MS) {
    const waitedMs = now - oldest.createdAt;
    log.error({ runId: oldest.id, kind: oldest.kind, waitedMs }, 'a report waits too long');
  }
  const worn = queued.filter(({ attempts }) => attempts >= MAX_ATTEMPTS);
  for (const run of worn) await failAbandoned(parts, run);
  const room = Math.max(0, maxRunning - (await countRunning(database)));
  const waiting = queued.filter(
    ({ attempts, createdAt }) => attempts < MAX_ATTEMPTS && now - createdAt >= START_AFTER_MS,
  );
  for (const run of waiting.slice(0, room)) await startLogged(parts, run, 'a run is started');
}

async function startLogged(
  { start, log }: KeepRunsParts,
  run: ReportRun,
  message: string,
): Promise<void> {
  const facts = { runId: run.id, kind: run.kind, attempts: run.attempts };
  try {
    await start(run);
    log.info(facts, message);
  } catch (error) {
    log.error({ ...facts, err: error }, 'a run could not be started');
  }
}

async function failAbandoned(parts: KeepRunsParts, { id, kind, attempts }: ReportRun) {
  const failure = abandonedSentence(attempts);
  const failed = await changeRun(parts, id, (trx, now) =>
    failAbandonedRun(trx, id, { failure, now }),
  );
  if (failed !== undefined) parts.log.error({ runId: id, kind, attempts }, FAILED);
}

/** Not at once: a process that was cut off from the database may write until its lease would have ended. */
async function sweepEnded({ database, clock, files }: KeepRunsParts): Promise<void> {
  const now = clock();
  for (const run of await listUnswept(database, MAX_LISTED)) {
    if ((run.finishedAt ?? 0) + LEASE_MS > now) continue;
    await files.sweep(
      run.id,
      run.files.map(({ key }) => key),
    );
    await markSwept(database, run.id, now);
  }
}
