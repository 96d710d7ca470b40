import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';
import { explain } from './explain.ts';

/** Where a rule, a schedule or a function puts aside what it could not do. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string, of: string) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    explain(this, 'SQS3', `it is the dead-letter queue, of ${of}`);
  }

  alarm(spec: Pick<AlarmSpec, 'article' | 'of'>): AlarmSpec {
    const metric = this.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'max',
    });
    return { ...spec, metric, threshold: 0 };
  }
}
