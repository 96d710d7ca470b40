import { Duration } from 'aws-cdk-lib';
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { dataRemoval } from './data-removal.ts';
import { DeadLetters } from './dead-letters.ts';
import { logBucket } from './log-bucket.ts';
import type { BundledFunction } from './bundled-function.ts';

/** As `websocket/handlers/access-ended.ts` reads them. */
export const ENDING_CALLS = [
  'GlobalSignOut',
  'AdminUserGlobalSignOut',
  'AdminDisableUser',
  'AdminDeleteUser',
  'DeleteUser',
] as const;
/** A token lives for an hour: after that there is nothing left to end. */
const LATEST = Duration.hours(1);
const TRAIL_KEPT = Duration.days(90);

/**
 * Whoever signs out everywhere, is disabled or deleted loses their connections: CloudTrail records the call, a rule finds the
 * record, `accessEnded` ends the access. EventBridge sees management events of a Region only where a trail records them.
 */
export class EndedAccess extends Construct {
  readonly deadLetters: DeadLetters;

  constructor(
    scope: Construct,
    id: string,
    { settings, accessEnded }: { settings: StageSettings; accessEnded: BundledFunction },
  ) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, 'DeadLetters', 'a rule');
    // What the function itself could not do: the rule has handed it over by then.
    accessEnded.configureAsyncInvoke({
      onFailure: new SqsDestination(this.deadLetters),
      maxEventAge: LATEST,
      retryAttempts: 2,
    });
    new Rule(this, 'Rule', {
      description: 'A call of Cognito after which tokens must open nothing any more',
      eventPattern: {
        source: ['aws.cognito-idp'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: { eventSource: ['cognito-idp.amazonaws.com'], eventName: [...ENDING_CALLS] },
      },
      targets: [
        new LambdaFunction(accessEnded, {
          deadLetterQueue: this.deadLetters,
          maxEventAge: LATEST,
          retryAttempts: 20,
        }),
      ],
    });
    if (settings.realtime.makesTrail) this.#trail(settings);
  }

  get alarms(): AlarmSpec[] {
    return [this.deadLetters.alarm({ article: 'access-not-ended' })];
  }

  #trail(settings: StageSettings): void {
    const bucket = logBucket(this, 'TrailBucket', {
      kept: TRAIL_KEPT,
      unread: 'CloudTrail alone writes it and nobody reads it: the rule gets its copy elsewhere',
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: dataRemoval(settings),
    });
    new Trail(this, 'Trail', {
      trailName: `ordercast-${settings.stage}`,
      bucket,
      managementEvents: ReadWriteType.WRITE_ONLY,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      enableFileValidation: true,
    });
  }
}
