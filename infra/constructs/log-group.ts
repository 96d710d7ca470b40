import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';

const RETENTION: Readonly<Record<StageSettings['logDays'], RetentionDays>> = {
  7: RetentionDays.ONE_WEEK,
  30: RetentionDays.ONE_MONTH,
  90: RetentionDays.THREE_MONTHS,
  365: RetentionDays.ONE_YEAR,
};

/** `/ordercast/<stage>/<name>`, kept as long as the stage says and gone with it: logs hold no data that is kept for ever. */
export function logGroup(
  scope: Construct,
  id: string,
  { stage, logDays }: StageSettings,
  name: string,
): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName: `/ordercast/${stage}/${name}`,
    retention: RETENTION[logDays],
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
