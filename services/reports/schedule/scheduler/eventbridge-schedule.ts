import type {
  CreateScheduleCommandInput,
  GetScheduleCommandOutput,
  Target,
} from '@aws-sdk/client-scheduler';
import type { ScheduledReport } from './scheduler.ts';

/** What every schedule of the group has in common. */
export interface EventBridgeSettings {
  /** The group that is ours alone: what no row knows is removed from it. */
  group: string;
  /** As what Scheduler invokes the function and runs the task. */
  roleArn: string;
  /** The queue that takes what could not be delivered. */
  deadLetterArn: string;
  retry: { attempts: number; maxAgeSeconds: number };
  /** What runs light reports. */
  functionArn: string;
  /** What runs heavy ones. */
  task: {
    clusterArn: string;
    definitionArn: string;
    container: string;
    subnets: string[];
    securityGroups: string[];
  };
  isHeavy: (kind: ScheduledReport['kind']) => boolean;
}

/** Scheduler replaces these in a target's input; docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const SCHEDULE_ARN = '<aws.scheduler.schedule-arn>';
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/** All that we set of a schedule: what `CreateSchedule` and `UpdateSchedule` are told. */
export function eventBridgeSchedule(schedule: ScheduledReport, settings: EventBridgeSettings) {
  return {
    GroupName: settings.group,
    Name: schedule.id,
    Description: 'Follows a row of report_schedules: edit it on the page of reports.',
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    State: schedule.enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'NONE',
    Target: {
      ...(settings.isHeavy(schedule.kind)
        ? taskTarget(schedule, settings)
        : functionTarget(schedule, settings)),
      RoleArn: settings.roleArn,
      RetryPolicy: {
        MaximumRetryAttempts: settings.retry.attempts,
        MaximumEventAgeInSeconds: settings.retry.maxAgeSeconds,
      },
      DeadLetterConfig: { Arn: settings.deadLetterArn },
    },
  } satisfies CreateScheduleCommandInput;
}

function functionTarget({ id }: ScheduledReport, { functionArn }: EventBridgeSettings) {
  const event = { scheduleId: id, scheduleArn: SCHEDULE_ARN, scheduledTime: SCHEDULED_TIME };
  return { Arn: functionArn, Input: JSON.stringify(event) };
}

function taskTarget({ id }: ScheduledReport, { task }: EventBridgeSettings) {
  const environment = [
    { name: 'REPORT_SCHEDULE_ID', value: id },
    { name: 'REPORT_SCHEDULE_ARN', value: SCHEDULE_ARN },
    { name: 'REPORT_SCHEDULED_TIME', value: SCHEDULED_TIME },
  ];
  return {
    Arn: task.clusterArn,
    Input: JSON.stringify({ containerOverrides: [{ name: task.container, environment }] }),
    EcsParameters: {
      TaskDefinitionArn: task.definitionArn,
      TaskCount: 1,
      LaunchType: 'FARGATE',
      NetworkConfiguration: {
        awsvpcConfiguration: {
          Subnets: task.subnets,
          SecurityGroups: task.securityGroups,
          AssignPublicIp: 'DISABLED',
        },
      },
    },
  } satisfies Omit<Target, 'RoleArn'>;
}

/**
 * Whether what is there is all that should be. What AWS adds by itself makes no difference; a beginning or
 * an end does, which nobody of ours sets.
 */
export function isAsWanted(
  there: Omit<GetScheduleCommandOutput, '$metadata'>,
  wanted: ReturnType<typeof eventBridgeSchedule>,
): boolean {
  return (
    there.StartDate === undefined &&
    there.EndDate === undefined &&
    holdsAll({ ...there, ActionAfterCompletion: there.ActionAfterCompletion ?? 'NONE' }, wanted)
  );
}

function holdsAll(there: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return there === wanted;
  if (typeof there !== 'object' || there === null) return false;
  if (Array.isArray(wanted) && (!Array.isArray(there) || there.length !== wanted.length)) {
    return false;
  }
  const found = new Map<string, unknown>(Object.entries(there));
  return Object.entries(wanted).every(([key, value]) => holdsAll(found.get(key), value));
}
