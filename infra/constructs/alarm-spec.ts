import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * A symptom worth waking somebody for. Whoever owns the resource says what it is; the observability stack, which is
 * deployed last, makes the alarm and sends it.
 */
export interface AlarmSpec {
  /** Kebab case; the article of `docs/runbook.md` with this heading says what to do. */
  article: string;
  /** Which one of several with the same article, such as the name of a queue. */
  of?: string;
  metric: IMetric;
  threshold: number;
  /** Whether the metric is bad above the threshold (as most are) or below it. */
  bad?: 'above' | 'below';
  /** Periods in a row that are looked at, and of these how many must be bad. */
  periods?: number;
  badPeriods?: number;
  /** What no data means; nothing happens, nothing is wrong, unless the metric must always be there. */
  noData?: 'fine' | 'bad';
}
