import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { BundledFunction } from './bundled-function.ts';

const PERIOD = Duration.minutes(5);

/** What a run, or who finds it dead, says as it fails. */
export const FAILED_LINE = 'a report failed';
/** What `keep` says each minute while the oldest run has waited for too long. */
export const WAITING_LINE = 'a report waits too long';

/** Of lines that say that a report could not be made, by whoever said it. */
export function reportFailed(settings: StageSettings, logs: readonly ILogGroup[]): AlarmSpec {
  const metric = countOf(settings, { line: FAILED_LINE, metricName: 'ReportsFailed', logs });
  return { article: 'report-failed', metric, threshold: 0 };
}

export function reportWaits(settings: StageSettings, log: ILogGroup): AlarmSpec {
  const line = { line: WAITING_LINE, metricName: 'ReportsWaiting', logs: [log] };
  return { article: 'report-waits', metric: countOf(settings, line), threshold: 0, periods: 2 };
}

/** Without it no lost run is found, no mail that is left over is sent, and no schedule is changed. */
export function reportsNotKept(keep: BundledFunction): AlarmSpec {
  const metric = keep.metricInvocations({ period: PERIOD, statistic: 'sum' });
  const below = { threshold: 1, bad: 'below', noData: 'bad' } as const;
  return { article: 'reports-not-kept', metric, ...below, periods: 3 };
}

/** Lines of several logs, counted as one metric of the stage. */
function countOf(
  { stage }: StageSettings,
  { line, metricName, logs }: { line: string; metricName: string; logs: readonly ILogGroup[] },
) {
  const filters = logs.map((log) =>
    log.addMetricFilter(metricName, {
      filterPattern: FilterPattern.stringValue('$.msg', '=', line),
      metricNamespace: `Ordercast/${stage}`,
      metricName,
      metricValue: '1',
    }),
  );
  const [first] = filters;
  if (first === undefined) throw new Error(`Nobody logs "${line}"`);
  return first.metric({ statistic: 'sum', period: PERIOD });
}
