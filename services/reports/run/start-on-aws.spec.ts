import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsCalls } from '../testing/aws-calls.ts';
import type { AwsCalls } from '../testing/aws-calls.ts';
import type { ReportRun } from './report-run.ts';
import { TaskNotStarted, createAwsStart } from './start-on-aws.ts';
import type { StartRun } from './start-run.ts';

const MINUTE_MS = 60_000;
const RUN_ID = '01KANP6R1B4V3XK2M9W8YQ7T5Z';
const QUEUED: ReportRun = {
  id: RUN_ID,
  kind: 'daily',
  status: 'queued',
  version: 1,
  triggerKey: 'request:1',
  requestedBy: null,
  scheduleId: null,
  from: 0,
  to: 1,
  timeZone: 'UTC',
  gzip: false,
  attempts: 0,
  rowsDone: 0,
  rowsTotal: null,
  files: [],
  figures: null,
  failure: null,
  createdAt: 0,
  startedAt: null,
  finishedAt: null,
};
const LIGHT: ReportRun = { ...QUEUED, kind: 'daily' };
const HEAVY: ReportRun = { ...QUEUED, kind: 'export' };

let aws: AwsCalls;
let lambda: LambdaClient;
let ecs: ECSClient;
let now: number;
let start: StartRun;
beforeEach(async () => {
  aws = await startAwsCalls();
  const settings = { ...standIn(aws.endpoint), maxAttempts: 1 };
  [lambda, ecs] = [new LambdaClient(settings), new ECSClient(settings)];
  now = Date.parse('2026-11-22T07:00:00.000Z');
  start = createAwsStart({
    lambda,
    ecs,
    functionName: 'reports-run',
    task: {
      cluster: 'shop',
      taskDefinition: 'reports:7',
      container: 'task',
      subnets: ['subnet-1', 'subnet-2'],
      securityGroup: 'sg-1',
    },
    weightOf: (kind) => (kind === 'export' ? 'heavy' : 'light'),
    clock: () => now,
  });
});
afterEach(async () => {
  lambda.destroy();
  ecs.destroy();
  await aws.close();
});

describe('a light run', () => {
  it('is an event of the function, whose answer is not waited for', async () => {
    await start(LIGHT);
    expect(aws.invoked).toEqual([
      { functionName: 'reports-run', invocationType: 'Event', event: { runId: RUN_ID } },
    ]);
    expect(aws.tasks).toEqual([]);
  });

  it('is refused where Lambda fails', async () => {
    aws.isDown = true;
    await expect(start(LIGHT)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });
});

describe('a heavy run', () => {
  it('is one Fargate task that is told the run and has no public address', async () => {
    await start(HEAVY);
    const token: unknown = expect.stringContaining(RUN_ID);
    expect(aws.tasks).toEqual([
      {
        cluster: 'shop',
        taskDefinition: 'reports:7',
        launchType: 'FARGATE',
        count: 1,
        clientToken: token,
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ['subnet-1', 'subnet-2'],
            securityGroups: ['sg-1'],
            assignPublicIp: 'DISABLED',
          },
        },
        overrides: {
          containerOverrides: [
            { name: 'task', environment: [{ name: 'REPORT_RUN_ID', value: RUN_ID }] },
          ],
        },
      },
    ]);
    expect(aws.invoked).toEqual([]);
  });

  it('is asked for by the same token for ten minutes, and by another one later or at another attempt', async () => {
    await start(HEAVY);
    now += 10 * MINUTE_MS - 1;
    await start(HEAVY);
    now += 1;
    await start(HEAVY);
    await start({ ...HEAVY, attempts: 1 });
    await start({ ...HEAVY, id: RUN_ID.replace('5Z', '60'), attempts: 1 });
    const tokens = aws.tasks.map(({ clientToken }) => String(clientToken));
    const [first, withinTheTime, later, otherAttempt, otherRun] = tokens;
    expect(withinTheTime).toBe(first);
    expect(new Set([first, later, otherAttempt, otherRun])).toHaveProperty('size', 4);
    // As many as ECS takes: docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    expect(tokens.filter((token) => token.length > 64)).toEqual([]);
  });

  it('is refused with ECS’s reason where no task was started', async () => {
    aws.failures = [{ reason: 'RESOURCE:ENI', detail: 'The subnet has no address left.' }];
    await expect(start(HEAVY)).rejects.toThrow(
      new TaskNotStarted(
        `ECS started no task for the run ${RUN_ID}: RESOURCE:ENI: The subnet has no address left.`,
      ),
    );
    aws.failures = [];
    await expect(start(HEAVY)).rejects.toThrow('it gave no reason');
  });

  it('is refused where ECS fails', async () => {
    aws.isDown = true;
    await expect(start(HEAVY)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });
});
