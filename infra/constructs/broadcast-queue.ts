import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';

/** Of `websocket/broadcast/broadcast-queue.ts`, which tells why. */
const VISIBILITY = Duration.seconds(30);
const MAX_RECEIVES = 10;
const KEPT = Duration.days(1);
const DEAD_KEPT = Duration.days(14);
/** A broadcast is late for people after this. */
const LATE_SECONDS = 60;

export type QueueCall =
  'SendMessage' | 'ReceiveMessage' | 'DeleteMessage' | 'ChangeMessageVisibility';

/** Where broadcasts wait for workers, and where those end that no worker can deliver. */
export class BroadcastQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: DEAD_KEPT,
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY,
      retentionPeriod: KEPT,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
  }

  /** The calls that a program makes, and no other. */
  grant(who: IGrantable, calls: readonly QueueCall[]): void {
    this.queue.grant(who, ...calls.map((call) => `sqs:${call}`));
  }

  get alarms(): AlarmSpec[] {
    const period = Duration.minutes(1);
    return [
      {
        article: 'broadcasts-late',
        metric: this.queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'max' }),
        threshold: LATE_SECONDS,
        periods: 3,
      },
      {
        article: 'broadcasts-dead',
        metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
          period,
          statistic: 'max',
        }),
        threshold: 0,
      },
    ];
  }
}
