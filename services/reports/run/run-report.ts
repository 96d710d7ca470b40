import type { ReportKind } from '@ordercast/contract/report.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { untilAborted } from '@ordercast/platform/until-aborted.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Knex } from 'knex';
import type { ReportDefinition } from '../definition/report-definition.ts';
import { attemptPrefix } from '../storage/report-key.ts';
import { takeUpRun } from './take-up-run.ts';
import type { ClaimedRun } from './take-up-run.ts';
import { failureSentence } from './failure-sentence.ts';
import { LeaseLost, keepLease } from './lease-keeping.ts';
import { makeReport } from './make-report.ts';
import type { MadeReport, MakeReportParts } from './make-report.ts';
import { PartFailed, inPart } from './part-failed.ts';
import type { ReportRun } from './report-run.ts';
import { changeRun } from './run-changes.ts';
import type { RunChanges } from './run-changes.ts';
import { RunProgress } from './run-progress.ts';
import { failRun, findRun, finishRun, requeueRun } from './run-store.ts';
import type { NotClaimed } from './run-store.ts';
import { untilServed } from './until-served.ts';

export interface RunReportParts extends RunChanges, MakeReportParts {
  definitionOf: (kind: ReportKind) => ReportDefinition<unknown>;
  /** Writes whom a finished run is mailed to, in the transaction that finishes it. */
  planMails: (trx: Knex.Transaction, run: ReportRun, now: number) => Promise<void>;
  /** Sends what was planned, until `signal` is aborted; whoever looks for mails that are left sends the rest. */
  sendMails: (runId: string, signal: AbortSignal) => Promise<void>;
  wait: Wait;
  /** 0 ≤ x < 1 */
  random: () => number;
  log: Logger;
  /** Runs that may be under way at once, in all processes. */
  maxRunning: number;
}

/**
 * How a process's work on a run came to its end: it is `done` or `failed`, was `requeued` because the process was told to stop, was `lost` to
 * a cancellation or another process, or was not begun, being `taken` or with all the room `full`.
 */
export type RunOutcome = 'done' | 'failed' | 'requeued' | 'lost' | NotClaimed;

/** The process was told to stop. */
class Stopping extends Error {
  override name = 'Stopping';
}
/** The work is over; whatever still goes on for it ends. */
class Over extends Error {
  override name = 'Over';
}

/**
 * Takes a run and works on it to its end. An abort of `signal` gives it back at once, for another process to begin it anew. Rejects
 * where not even its failure could be written: the run is taken up again once its lease has ended.
 */
export async function runReport(
  parts: RunReportParts,
  runId: string,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const owner = parts.ulids.next();
  const claim = await untilServed(parts, { runId, signal }, () =>
    takeUpRun(parts, runId, { owner, maxRunning: parts.maxRunning }),
  );
  if (typeof claim === 'string') return claim;

  const attempt = new AbortController();
  const stop = (): void => attempt.abort(new Stopping('The process was told to stop'));
  const onLost = (): void => attempt.abort(new LeaseLost('The run is not this process’s any more'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  const keeping = keepLease(parts, claim.lease, { signal: attempt.signal, onLost });
  const work = makeAndFinish(parts, claim, { signal: attempt.signal, onLost });
  try {
    const outcome = await untilAborted(work, attempt.signal).then(
      () => 'done' as const,
      (error: unknown) => endOtherwise(parts, claim, error, work),
    );
    // Once told to stop, what can be done by others is left to them.
    if (outcome === 'done' && !signal.aborted) {
      await sweep(parts, runId);
      await mail(parts, runId, signal);
    }
    return outcome;
  } finally {
    signal.removeEventListener('abort', stop);
    attempt.abort(new Over('The work is over'));
    await keeping;
  }
}

async function makeAndFinish(
  parts: RunReportParts,
  claim: ClaimedRun,
  { signal, onLost }: { signal: AbortSignal; onLost: () => void },
): Promise<void> {
  const { lease, run } = claim;
  const patience = { runId: run.id, signal };
  const progress = new RunProgress({ changes: parts, log: parts.log }, lease, onLost);
  const onRows = (done: number, total: number) => progress.note(done, total);
  const definition = parts.definitionOf(run.kind);
  const made = await untilServed(parts, patience, () =>
    makeReport(parts, definition, claim, { onRows, signal }),
  );
  await inPart('finish', () => untilServed(parts, patience, () => finish(parts, claim, made)));
}

async function finish(
  parts: RunReportParts,
  { lease }: ClaimedRun,
  made: MadeReport,
): Promise<void> {
  const finished = await changeRun(parts, lease.runId, async (trx, now) => {
    if (!(await finishRun(trx, lease, { ...made, now }))) return false;
    const run = await findRun(trx, lease.runId);
    if (run !== undefined) await parts.planMails(trx, run, now);
    return true;
  });
  // An earlier try may have been committed though nobody said so.
  if (finished === undefined && !(await isDoneBy(parts, lease))) {
    throw new LeaseLost('The run is not this process’s any more');
  }
}

/** Whether a run is done with files of this very attempt. */
async function isDoneBy(
  { database }: RunReportParts,
  { runId, attempt }: ClaimedRun['lease'],
): Promise<boolean> {
  const run = await findRun(database, runId);
  return run?.files.some(({ key }) => key.startsWith(attemptPrefix(runId, attempt))) ?? false;
}

async function endOtherwise(
  parts: RunReportParts,
  claim: ClaimedRun,
  error: unknown,
  work: Promise<void>,
): Promise<RunOutcome> {
  const { lease } = claim;
  const outcome = await giveUp(parts, claim, error);
  // What is under way comes to its end first, so that nothing is written after the sweep.
  const isDone = await work.then(
    () => true,
    () => false,
  );
  if (isDone || (await isDoneBy(parts, lease))) return 'done';
  await discard(parts, lease);
  return outcome;
}

/** Writes how a run goes on; the first to write stands. */
async function giveUp(
  parts: RunReportParts,
  { run, lease }: ClaimedRun,
  error: unknown,
): Promise<RunOutcome> {
  const cause = error instanceof PartFailed ? error.cause : error;
  if (cause instanceof LeaseLost) return 'lost';
  if (cause instanceof Stopping) {
    const requeued = await changeRun(parts, run.id, (trx) => requeueRun(trx, lease));
    return requeued === undefined ? 'lost' : 'requeued';
  }
  const { log } = parts;
  log.error({ err: error, runId: run.id, kind: run.kind, attempt: lease.attempt }, FAILED);
  const failure = failureSentence(error);
  const patience = { runId: run.id, signal: new AbortController().signal };
  const failed = await untilServed(parts, patience, () =>
    changeRun(parts, run.id, (trx, now) => failRun(trx, lease, { failure, now })),
  );
  return failed === undefined ? 'lost' : 'failed';
}

/** An alarm stands on it: see the runbook. */
export const FAILED = 'a report failed';

/** Takes away what earlier attempts left. What stays is swept by the keeper. */
async function sweep({ database, files, log }: RunReportParts, runId: string): Promise<void> {
  try {
    const run = await findRun(database, runId);
    const kept = run?.files.map(({ key }) => key) ?? [];
    if (run?.status === 'done') await files.sweep(runId, kept);
  } catch (error) {
    log.warn({ err: error, runId }, NOT_SWEPT);
  }
}

async function discard(
  { files, log }: RunReportParts,
  { runId, attempt }: ClaimedRun['lease'],
): Promise<void> {
  try {
    await files.discard(attemptPrefix(runId, attempt));
  } catch (error) {
    log.warn({ err: error, runId }, NOT_SWEPT);
  }
}

const NOT_SWEPT = 'files of a report could not be swept';

async function mail(
  { sendMails, log }: RunReportParts,
  runId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sendMails(runId, signal);
  } catch (error) {
    log.error({ err: error, runId }, 'mails of a report could not be sent');
  }
}
