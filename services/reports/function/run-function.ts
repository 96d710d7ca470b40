import { readConfig } from '@ordercast/platform/config.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import { z } from 'zod';
import { openReportRuns } from '../open-report-runs.ts';
import type { ReportRun } from '../run/report-run.ts';
import { startQuietly } from '../run/request-run.ts';
import { runReport } from '../run/run-report.ts';
import type { RunReportParts } from '../run/run-report.ts';
import { findRun } from '../run/run-store.ts';
import { scheduleEventSchema, scheduledRun } from '../run/scheduled-run.ts';
import { awsStart, weightOf } from './aws-start.ts';
import { composedOnce } from './composed-once.ts';
import type { FunctionParts, Invocation } from './function-parts.ts';
import { runFunctionSettings } from './function-settings.ts';

/** For the run to be given back: the row is written, and an upload of a few parts is ended. */
const GIVE_BACK_MS = 20_000;

/** The event names neither a run nor a schedule's time. */
class UnknownRunEvent extends Error {
  override name = 'UnknownRunEvent';
}

const runEventSchema = z.object({ runId: z.string() });

/**
 * Works on the run that an event names, `{runId}`, or on the one that a schedule's event asks for. A run that is not done 20 s before Lambda would end
 * the process is given back, and the keeper starts it anew; a heavy one is started as a task. Throws where the work could not be done,
 * so that the event is brought again, which does nothing twice.
 */
export function createRunFunction({ environment, logTo, wait }: FunctionParts) {
  const composed = composedOnce(async () => {
    const config = readConfig(runFunctionSettings, environment);
    const log = createLogger('reports-run', { level: config.LOG_LEVEL, ...logTo });
    const { runs } = await openReportRuns(config, log);
    return { runs, start: awsStart(config) };
  });
  return async (event: unknown, invocation: Invocation): Promise<void> => {
    const { runs, start } = await composed();
    const { log } = runs;
    const run = await askedRun(runs, event);
    if (run === undefined) return;
    if (weightOf(run.kind) === 'heavy') {
      await startQuietly({ start, log }, run);
      return;
    }
    const outcome = await workInTime(runs, run.id, { invocation, wait });
    log.info({ runId: run.id, outcome }, 'the work on a report has ended');
  };
}

async function askedRun(runs: RunReportParts, event: unknown): Promise<ReportRun | undefined> {
  const named = runEventSchema.safeParse(event);
  if (named.success) {
    const { runId } = named.data;
    const run = await findRun(runs.database, runId);
    if (run === undefined) runs.log.warn({ runId }, 'an event names a run that is not there');
    return run;
  }
  const scheduled = scheduleEventSchema.safeParse(event);
  if (scheduled.success) return (await scheduledRun(runs, scheduled.data))?.run;
  throw new UnknownRunEvent(
    'The event must be {"runId"}, or {"scheduleId", "scheduleArn", "scheduledTime"} as EventBridge Scheduler sends it.',
  );
}

async function workInTime(
  runs: RunReportParts,
  runId: string,
  { invocation, wait }: { invocation: Invocation; wait: Wait },
) {
  const [ended, stopping] = [new AbortController(), new AbortController()];
  const leftMs = Math.max(0, invocation.getRemainingTimeInMillis() - GIVE_BACK_MS);
  void wait(leftMs, ended.signal).then(() => stopping.abort());
  try {
    return await runReport(runs, runId, stopping.signal);
  } finally {
    ended.abort();
  }
}
