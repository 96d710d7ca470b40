import { readConfig } from '@ordercast/platform/config.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { runProgram } from '@ordercast/platform/run-program.ts';
import { onShutdown } from '@ordercast/platform/shutdown.ts';
import { endTracing } from '@ordercast/platform/tracing/tracing.ts';
import { openReportRuns } from './open-report-runs.ts';
import type { ReportRuns } from './open-report-runs.ts';
import { runReport } from './run/run-report.ts';
import { scheduledRun } from './run/scheduled-run.ts';
import { taskOrder, taskSettingsSchema } from './task-settings.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

/**
 * Works on one run of a report: a Fargate task on AWS, a process of its own on a laptop. Ends with code 0 once the run is done, failed, lost or
 * given back, and with 1 where it could not be worked on.
 */
await runProgram(async () => {
  const config = readConfig(taskSettingsSchema, process.env);
  const order = taskOrder(config);
  const log = createLogger('report-task', { level: config.LOG_LEVEL });
  const reports = await openReportRuns(config, log);
  const stopping = new AbortController();
  const working = work(reports, order, stopping.signal).finally(() => reports.close());
  onShutdown(
    async () => {
      stopping.abort();
      await working;
    },
    { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
  );
  // On a laptop: whoever started this process is gone, however it ended.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  await working;
  await endTracing();
  if (process.connected) process.disconnect();
});

async function work(
  { runs }: ReportRuns,
  order: ReturnType<typeof taskOrder>,
  signal: AbortSignal,
): Promise<void> {
  const runId = 'runId' in order ? order.runId : (await scheduledRun(runs, order.event))?.run.id;
  if (runId === undefined) return;
  const outcome = await runReport(runs, runId, signal);
  runs.log.info({ runId, outcome }, 'the work on a report has ended');
}
