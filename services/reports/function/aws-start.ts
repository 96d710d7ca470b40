import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { ReportKind } from '@ordercast/contract/report.ts';
import { REPORT_DEFINITIONS } from '../definition/report-definitions.ts';
import { createAwsStart } from '../run/start-on-aws.ts';
import type { StartRun } from '../run/start-run.ts';
import type { StartVariables } from './function-settings.ts';

/** A person waits for the answer meanwhile, and the keeper starts what was not: two tries of these stay below the API's 28 s. */
const PATIENCE = {
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  },
};

export const weightOf = (kind: ReportKind) => REPORT_DEFINITIONS[kind].weight;

/** Starts runs where the variables say. */
export function awsStart(variables: StartVariables & { AWS_REGION: string }): StartRun {
  const region = variables.AWS_REGION;
  return createAwsStart({
    lambda: new LambdaClient({ region, ...PATIENCE }),
    ecs: new ECSClient({ region, ...PATIENCE }),
    functionName: variables.REPORTS_FUNCTION,
    task: {
      cluster: variables.REPORTS_CLUSTER,
      taskDefinition: variables.REPORTS_TASK_DEFINITION,
      container: variables.REPORTS_CONTAINER,
      subnets: variables.REPORTS_SUBNETS,
      securityGroup: variables.REPORTS_SECURITY_GROUP,
    },
    weightOf,
    clock: Date.now,
  });
}
