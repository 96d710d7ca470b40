import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { readConfig } from '@ordercast/platform/config.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { sendLeftOverMails } from '../mail/send-mails.ts';
import { openReportRuns } from '../open-report-runs.ts';
import { keepRuns } from '../run/keep-runs.ts';
import { reconcileSchedules } from '../schedule/reconcile-schedules.ts';
import { createEventBridgeScheduler } from '../schedule/scheduler/eventbridge-scheduler.ts';
import type { Scheduler } from '../schedule/scheduler/scheduler.ts';
import { awsStart, weightOf } from './aws-start.ts';
import { composedOnce } from './composed-once.ts';
import type { FunctionParts, Invocation } from './function-parts.ts';
import { keepFunctionSettings } from './function-settings.ts';
import type { KeepFunctionVariables } from './function-settings.ts';

/** A mail that was begun by then is ended: SES is waited for 15 s. */
const LAST_MAIL_MS = 20_000;
/** As long as Scheduler tries at most: a report that comes late is wanted still, and comes once. */
const RETRY = { attempts: 185, maxAgeSeconds: 86_400 };
const PATIENCE = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Some of what is looked after could not be: the log has what. */
class NotKept extends Error {
  override name = 'NotKept';
}

/**
 * Looks after runs, mails that were left over and schedules, each minute. They do not wait for each other, and one that fails leaves the others be.
 * @throws NotKept once all have ended, where any failed: an alarm stands on it
 */
export function createKeepFunction({ environment, logTo, wait }: FunctionParts) {
  const composed = composedOnce(async () => {
    const config = readConfig(keepFunctionSettings, environment);
    const log = createLogger('reports-keep', { level: config.LOG_LEVEL, ...logTo });
    const reports = await openReportRuns(config, log);
    return { ...reports, start: awsStart(config), scheduler: schedulerOf(config) };
  });
  return async (_event: unknown, invocation: Invocation): Promise<void> => {
    const { runs, mails, start, scheduler } = await composed();
    const { database: db, clock, log } = runs;
    const [ended, stopping] = [new AbortController(), new AbortController()];
    const leftMs = Math.max(0, invocation.getRemainingTimeInMillis() - LAST_MAIL_MS);
    void wait(leftMs, ended.signal).then(() => stopping.abort());
    const duties = {
      runs: keepRuns({ ...runs, start }),
      mails: sendLeftOverMails(mails, stopping.signal),
      schedules: reconcileSchedules({ db, scheduler, logger: log, now: clock }).then(reached),
    };
    const failed: string[] = [];
    const guarded = Object.entries(duties).map(([duty, done]) =>
      done.catch((error: unknown) => {
        failed.push(duty);
        log.error({ err: error, duty }, 'reports could not be looked after');
      }),
    );
    await Promise.all(guarded);
    ended.abort();
    if (failed.length > 0) throw new NotKept(`These could not be kept: ${failed.join(', ')}`);
  };
}

/** A schedule that is refused is told to who edits it; a scheduler that serves nobody is told to who runs this. */
function reached({ unavailable }: { unavailable: number }): void {
  if (unavailable > 0) throw new Error(`EventBridge Scheduler failed ${unavailable} times`);
}

function schedulerOf(config: KeepFunctionVariables): Scheduler {
  return createEventBridgeScheduler(
    new SchedulerClient({ region: config.AWS_REGION, ...PATIENCE }),
    {
      group: config.REPORTS_SCHEDULE_GROUP,
      roleArn: config.REPORTS_SCHEDULE_ROLE_ARN,
      deadLetterArn: config.REPORTS_SCHEDULE_DEAD_LETTER_ARN,
      retry: RETRY,
      functionArn: config.REPORTS_SCHEDULE_FUNCTION_ARN,
      task: {
        clusterArn: config.REPORTS_SCHEDULE_CLUSTER_ARN,
        definitionArn: config.REPORTS_TASK_DEFINITION,
        container: config.REPORTS_CONTAINER,
        subnets: config.REPORTS_SUBNETS,
        securityGroups: [config.REPORTS_SECURITY_GROUP],
      },
      isHeavy: (kind) => weightOf(kind) === 'heavy',
    },
  );
}
