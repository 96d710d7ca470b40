import { GetLogEventsCommand, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTasksCommand, ListTasksCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import type { Task } from '@aws-sdk/client-ecs';
import type { Deployment } from './deployment.ts';
import { placeOf } from './deployment.ts';
import { outputOf } from './stack-state.ts';
import { EXIT, Stopped } from './stopped.ts';

/** The two tasks of the stack `migrations`; each has one container and one log, both of its name. */
export type TaskName = 'bootstrap' | 'migrate';

const DEFINITIONS = { bootstrap: 'BootstrapTask', migrate: 'MigrateTask' } as const;
const POLL_MS = 3_000;
/** A log's last lines may come this much later than the news that its task has ended. */
const LATE_POLLS = 10;

export interface TaskEnd {
  exitCode: number | undefined;
  /** Why it ended, in the words of ECS. */
  reason: string;
  lines: readonly string[];
}

/** The task definition that the stack has now. */
export async function taskDefinition(deployment: Deployment, name: TaskName): Promise<string> {
  return (await outputOf(deployment.aws, placeOf(deployment, 'migrations')))(DEFINITIONS[name]);
}

/** Starts a task; `startedBy` is what it can be found by again. Answers its ARN. */
export async function startTask(
  deployment: Deployment,
  { name, args, startedBy }: { name: TaskName; args?: readonly string[]; startedBy: string },
): Promise<string> {
  const output = await outputOf(deployment.aws, placeOf(deployment, 'migrations'));
  const command = args && ['node', 'migrations/main.ts', ...args];
  const { tasks = [], failures = [] } = await deployment.aws.ecs.send(
    new RunTaskCommand({
      cluster: output('ClusterName'),
      taskDefinition: output(DEFINITIONS[name]),
      launchType: 'FARGATE',
      count: 1,
      startedBy,
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: output('TaskSubnets').split(','),
          securityGroups: [output('TaskSecurityGroup')],
          assignPublicIp: 'DISABLED',
        },
      },
      ...(command && { overrides: { containerOverrides: [{ name, command }] } }),
    }),
  );
  const arn = tasks[0]?.taskArn;
  if (arn !== undefined) return arn;
  const why = failures.map(({ reason, detail }) => detail ?? reason).join('; ');
  throw new Stopped(EXIT.failed, `ECS did not start the task ${name}: ${why}. Run this again.`);
}

/** Tasks of this kind that run, or ended within the last hour. */
export async function recentTasks(deployment: Deployment, name: TaskName): Promise<Task[]> {
  const { ecs } = deployment.aws;
  const { stage } = deployment.settings;
  const cluster = (await outputOf(deployment.aws, placeOf(deployment, 'migrations')))(
    'ClusterName',
  );
  const arns: string[] = [];
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const family = `ordercast-${stage}-${name}`;
    const { taskArns = [] } = await ecs.send(
      new ListTasksCommand({ cluster, family, desiredStatus }),
    );
    arns.push(...taskArns);
  }
  if (arns.length === 0) return [];
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }));
  return tasks;
}

/**
 * Waits for a task's end and hands on what it prints meanwhile. `until` tells whether the lines hold what was waited for;
 * where they do not, they are waited for a little longer, since a log comes after.
 */
export async function followTask(
  deployment: Deployment,
  {
    name,
    arn,
    until = () => true,
    onLine = () => undefined,
  }: {
    name: TaskName;
    arn: string;
    until?: (lines: readonly string[]) => boolean;
    onLine?: (line: string) => void;
  },
): Promise<TaskEnd> {
  const { aws, settings, wait } = deployment;
  const cluster = (await outputOf(aws, placeOf(deployment, 'migrations')))('ClusterName');
  const lines: string[] = [];
  let token: string | undefined;
  const readLog = async (): Promise<number> => {
    const before = lines.length;
    for (;;) {
      const page = await logPage(deployment, {
        logGroupName: `/ordercast/${settings.stage}/${name}`,
        logStreamName: `${name}/${name}/${arn.split('/').at(-1)}`,
        nextToken: token,
      });
      for (const line of page.lines) onLine(line);
      lines.push(...page.lines);
      if (page.token === undefined || page.token === token) return lines.length - before;
      token = page.token;
    }
  };
  for (;;) {
    const { tasks = [] } = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    const [task] = tasks;
    await readLog();
    if (task === undefined || task.lastStatus === 'STOPPED') {
      for (let poll = 0; poll < LATE_POLLS && (lines.length === 0 || !until(lines)); poll += 1) {
        await wait(POLL_MS);
        await readLog();
      }
      return {
        exitCode: task?.containers?.[0]?.exitCode,
        reason: task?.containers?.[0]?.reason ?? task?.stoppedReason ?? 'ECS knows of it no more',
        lines,
      };
    }
    await wait(POLL_MS);
  }
}

async function logPage(
  { aws }: Deployment,
  where: { logGroupName: string; logStreamName: string; nextToken: string | undefined },
): Promise<{ lines: string[]; token: string | undefined }> {
  const { nextToken, ...stream } = where;
  try {
    const { events = [], nextForwardToken } = await aws.logs.send(
      new GetLogEventsCommand({
        ...stream,
        startFromHead: true,
        ...(nextToken !== undefined && { nextToken }),
      }),
    );
    return { lines: events.map(({ message = '' }) => message), token: nextForwardToken };
  } catch (error) {
    // The stream is made with its first line.
    if (error instanceof ResourceNotFoundException) return { lines: [], token: nextToken };
    throw error;
  }
}

/** Says why a task did not do what it should. */
export function taskFailure(name: string, { exitCode, reason, lines }: TaskEnd): string {
  const last = lines.slice(-5).map((line) => `    ${line}`);
  if (exitCode === undefined) {
    return `The task ${name} did not run: ${reason}. Mend that, then run this again.`;
  }
  return [`The task ${name} ended with exit code ${exitCode}:`, ...last].join('\n');
}
