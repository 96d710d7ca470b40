import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { reportFunctions } from '../settings/stage-settings.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import { BundledFunction } from './bundled-function.ts';
import type { Network } from './network.ts';

/** The handlers of `services/reports/lambda.ts`. */
export type ReportHandler = 'api' | 'run' | 'keep' | 'mailEvents';

const KEEP_PERIOD = Duration.minutes(1);
/** The API's route waits for 29 s; `keep` ends before it is called again, so no two look after the same; Lambda's most is 15 min. */
const TIMEOUTS: Readonly<Record<ReportHandler, Duration>> = {
  api: Duration.seconds(28),
  run: Duration.minutes(15),
  keep: Duration.seconds(55),
  mailEvents: Duration.seconds(30),
};
/** CPU comes with memory: 1,769 MiB are one vCPU, which rendering a PDF makes use of. */
const MEMORY_MIB: Readonly<Record<ReportHandler, number>> = {
  api: 512,
  run: 1769,
  keep: 512,
  mailEvents: 512,
};

/** In the VPC, since each reads the database. */
export function reportFunction(
  scope: Construct,
  handler: ReportHandler,
  {
    settings,
    network,
    environment,
  }: { settings: StageSettings; network: Network; environment: Record<string, string> },
): BundledFunction {
  const { reports } = settings;
  return new BundledFunction(
    scope,
    `Reports${handler.charAt(0).toUpperCase()}${handler.slice(1)}`,
    {
      settings,
      bundle: 'reports',
      handler,
      environment,
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'programs' },
      securityGroups: [network.groups.reports],
      timeout: TIMEOUTS[handler],
      memoryMib: MEMORY_MIB[handler],
      ...(reports.reservesConcurrency && {
        reservedConcurrentExecutions: reportFunctions(reports)[handler],
      }),
    },
  );
}

/** Once a minute; what fails is done in the next one. */
export function callEachMinute(scope: Construct, keep: BundledFunction): void {
  new Rule(scope, 'EachMinute', {
    description: 'Looks after runs, mails and schedules of reports',
    schedule: Schedule.rate(KEEP_PERIOD),
    targets: [new LambdaFunction(keep, { retryAttempts: 0, maxEventAge: KEEP_PERIOD })],
  });
  keep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: KEEP_PERIOD });
}

/** An event that a function could not take lies in the queue. */
export function putAside(failing: BundledFunction, deadLetters: IQueue): void {
  failing.configureAsyncInvoke({ onFailure: new SqsDestination(deadLetters), retryAttempts: 2 });
}
