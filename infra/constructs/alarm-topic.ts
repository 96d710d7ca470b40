import { RemovalPolicy } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';

const RUNBOOK = 'docs/runbook.md';

/** Where alarms go: by mail, to whom the stage names. */
export class AlarmTopic extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    { settings, specs }: { settings: StageSettings; specs: readonly AlarmSpec[] },
  ) {
    super(scope, id);
    const key = new Key(this, 'Key', {
      description: `Alarms of ordercast-${settings.stage}`,
      enableKeyRotation: true,
      // What it encrypts is gone within seconds.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Without this CloudWatch cannot put a message into the encrypted topic, and nobody is told so.
    key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const topic = new Topic(this, 'Topic', {
      topicName: `ordercast-${settings.stage}-alarms`,
      displayName: `Ordercast ${settings.stage}`,
      masterKey: key,
      enforceSSL: true,
    });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    for (const mail of settings.alarmMails) topic.addSubscription(new EmailSubscription(mail));
    const action = new SnsAction(topic);
    this.alarms = specs.map((spec) => {
      const alarm = this.#alarm(settings, spec);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }

  #alarm({ stage }: StageSettings, spec: AlarmSpec): Alarm {
    const { article, of, metric, threshold, bad = 'above', periods = 1, noData = 'fine' } = spec;
    const name = of === undefined ? article : `${article}-${of.toLowerCase()}`;
    return new Alarm(this, name, {
      alarmName: `ordercast-${stage}-${name}`,
      alarmDescription: `${RUNBOOK}#${article}`,
      metric,
      threshold,
      comparisonOperator:
        bad === 'above'
          ? ComparisonOperator.GREATER_THAN_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: spec.badPeriods ?? periods,
      treatMissingData:
        noData === 'bad' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}
