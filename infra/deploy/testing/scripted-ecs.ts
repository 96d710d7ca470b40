import { z } from 'zod';
import { Refusal } from './scripted-aws.ts';

const runTask = z.object({
  cluster: z.string(),
  taskDefinition: z.string(),
  startedBy: z.string(),
  networkConfiguration: z.object({
    awsvpcConfiguration: z.object({
      subnets: z.array(z.string()).min(1),
      securityGroups: z.array(z.string()).length(1),
      assignPublicIp: z.literal('DISABLED'),
    }),
  }),
  overrides: z
    .object({
      containerOverrides: z.array(z.object({ name: z.string(), command: z.array(z.string()) })),
    })
    .optional(),
});
const listTasks = z.object({ family: z.string(), desiredStatus: z.enum(['RUNNING', 'STOPPED']) });
const describeTasks = z.object({ tasks: z.array(z.string()) });
const logEvents = z.object({ logStreamName: z.string(), nextToken: z.string().optional() });

export interface ScriptedTask {
  arn: string;
  name: 'bootstrap' | 'migrate';
  definition: string;
  startedBy: string;
  command: readonly string[];
  status: 'RUNNING' | 'STOPPED';
  exitCode: number | undefined;
  reason: string;
  lines: readonly string[];
}

/** What a task does when it runs. */
export type RunScript = (task: Pick<ScriptedTask, 'name' | 'command'>) => {
  exitCode?: number;
  reason?: string;
  lines: readonly string[];
};

/** Tasks that end when they are next looked at, and services that run what their stack says. */
export class ScriptedEcs {
  readonly tasks: ScriptedTask[] = [];
  /** Task definitions that services run instead of the wanted, by the service's ARN. */
  readonly takenBack = new Map<string, string>();
  readonly #script: RunScript;
  readonly #stage: string;
  readonly #services: () => Map<string, string>;

  constructor(
    stage: string,
    { script, services }: { script: RunScript; services: () => Map<string, string> },
  ) {
    this.#stage = stage;
    this.#script = script;
    this.#services = services;
  }

  answer(operation: string, input: unknown): unknown {
    switch (operation) {
      case 'RunTask':
        return { tasks: [this.#describe(this.#run(runTask.parse(input)))], failures: [] };
      case 'ListTasks': {
        const { family, desiredStatus } = listTasks.parse(input);
        const found = this.tasks.filter(
          ({ name, status }) =>
            family === `ordercast-${this.#stage}-${name}` && status === desiredStatus,
        );
        return { taskArns: found.map(({ arn }) => arn) };
      }
      case 'DescribeTasks': {
        const { tasks } = describeTasks.parse(input);
        return {
          tasks: this.tasks
            .filter(({ arn }) => tasks.includes(arn))
            .map((task) => this.#describe(task)),
        };
      }
      case 'DescribeServices':
        return {
          services: this.#describeServices(
            z.object({ services: z.array(z.string()) }).parse(input),
          ),
        };
      default:
        throw new Refusal(400, 'NotScripted', `ECS ${operation}`);
    }
  }

  /** GetLogEvents of CloudWatch Logs: the lines of a task, once. */
  logEvents(input: unknown): unknown {
    const { logStreamName, nextToken } = logEvents.parse(input);
    const task = this.tasks.find(({ arn }) => logStreamName.endsWith(`/${arn.split('/').at(-1)}`));
    if (task === undefined)
      throw new Refusal(400, 'ResourceNotFoundException', 'The log stream does not exist.');
    const events =
      nextToken === undefined ? task.lines.map((message) => ({ message, timestamp: 0 })) : [];
    return { events, nextForwardToken: 'f/end' };
  }

  #run({ taskDefinition, startedBy, overrides }: z.infer<typeof runTask>): ScriptedTask {
    const name = /bootstrap/i.test(taskDefinition) ? 'bootstrap' : 'migrate';
    const command = overrides?.containerOverrides[0]?.command ?? [];
    const { exitCode = 0, reason = '', lines } = this.#script({ name, command });
    const arn = `arn:aws:ecs:eu-central-1:123456789012:task/cluster/${this.tasks.length + 1}`;
    const task: ScriptedTask = {
      arn,
      name,
      definition: taskDefinition,
      startedBy,
      command,
      status: 'RUNNING',
      exitCode: reason === '' ? exitCode : undefined,
      reason,
      lines,
    };
    this.tasks.push(task);
    return task;
  }

  /** It has ended when it is looked at once more. */
  #describe(task: ScriptedTask): unknown {
    const { arn, definition, startedBy, name, status, exitCode, reason } = task;
    task.status = 'STOPPED';
    return {
      taskArn: arn,
      taskDefinitionArn: definition,
      startedBy,
      lastStatus: status,
      stoppedReason: reason,
      containers: [{ name, ...(status === 'STOPPED' && exitCode !== undefined && { exitCode }) }],
    };
  }

  #describeServices({ services }: { services: readonly string[] }): unknown[] {
    const wanted = this.#services();
    return services.map((serviceArn) => {
      const taskDefinition = this.takenBack.get(serviceArn) ?? wanted.get(serviceArn);
      return {
        serviceArn,
        taskDefinition,
        desiredCount: 1,
        runningCount: 1,
        deployments: [{ taskDefinition, rolloutState: 'COMPLETED' }],
        events: [{ message: 'tasks failed container health checks', createdAt: 0 }],
      };
    });
  }
}
