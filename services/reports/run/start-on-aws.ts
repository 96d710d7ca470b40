import type { ECSClient } from '@aws-sdk/client-ecs';
import { RunTaskCommand } from '@aws-sdk/client-ecs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { ReportKind } from '@ordercast/contract/report.ts';
import type { ReportRun } from './report-run.ts';
import type { StartRun } from './start-run.ts';

export interface AwsStartParts {
  lambda: LambdaClient;
  ecs: ECSClient;
  /** Name or ARN of the function that runs light reports. */
  functionName: string;
  task: {
    cluster: string;
    taskDefinition: string;
    container: string;
    subnets: string[];
    securityGroup: string;
  };
  weightOf: (kind: ReportKind) => 'light' | 'heavy';
  /** Epoch ms. */
  clock: () => number;
}

/** ECS took a call for a task but started none. */
export class TaskNotStarted extends Error {
  override name = 'TaskNotStarted';
}

/**
 * The same token starts one task a day long, also where that died before it claimed its run. Tokens are of fixed stretches of the clock, so
 * another task can be started with the next stretch: after this long at the latest, and at once where a stretch was about to end.
 */
const TOKEN_MS = 10 * 60_000;

/** Light reports run in a Lambda, invoked without waiting for it; heavy ones in a Fargate task. */
export function createAwsStart(parts: AwsStartParts): StartRun {
  return async (run) => {
    if (parts.weightOf(run.kind) === 'light') await invoke(parts, run);
    else await runTask(parts, run);
  };
}

async function invoke({ lambda, functionName }: AwsStartParts, { id }: ReportRun): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: JSON.stringify({ runId: id }),
    }),
  );
}

async function runTask({ ecs, task, clock }: AwsStartParts, run: ReportRun): Promise<void> {
  const { failures = [], tasks = [] } = await ecs.send(
    new RunTaskCommand({
      cluster: task.cluster,
      taskDefinition: task.taskDefinition,
      launchType: 'FARGATE',
      count: 1,
      clientToken: `${run.id}-${run.attempts}-${Math.floor(clock() / TOKEN_MS)}`,
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: task.subnets,
          securityGroups: [task.securityGroup],
          assignPublicIp: 'DISABLED',
        },
      },
      overrides: {
        containerOverrides: [
          { name: task.container, environment: [{ name: 'REPORT_RUN_ID', value: run.id }] },
        ],
      },
    }),
  );
  const [failure] = failures;
  if (tasks.length > 0 && failure === undefined) return;
  const why = [failure?.reason, failure?.detail].filter((text) => text !== undefined).join(': ');
  throw new TaskNotStarted(
    `ECS started no task for the run ${run.id}: ${why || 'it gave no reason'}`,
  );
}
