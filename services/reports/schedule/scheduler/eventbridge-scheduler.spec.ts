import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import type { UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { hasMoto } from '@ordercast/platform/testing/moto-server.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventBridgeSchedule } from './eventbridge-schedule.ts';
import { ScheduleRefused, SchedulerUnavailable } from './scheduler.ts';
import { SETTINGS, openScriptedBed, startMotoScheduler } from './testing/eventbridge-bed.ts';
import type { EventBridgeBed } from './testing/eventbridge-bed.ts';
import { scheduledReport } from './testing/scheduled-report.ts';

const HEAVY = scheduledReport({ id: 'all-orders', kind: 'export' });

describe('a schedule in EventBridge Scheduler', () => {
  it('invokes the function for a light report', () => {
    const { Target, ...schedule } = eventBridgeSchedule(scheduledReport(), SETTINGS);
    expect(schedule).toMatchObject({
      GroupName: 'reports',
      Name: 'daily-orders',
      ScheduleExpression: 'cron(0 8 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(Target).toEqual({
      Arn: SETTINGS.functionArn,
      Input:
        '{"scheduleId":"daily-orders","scheduleArn":"<aws.scheduler.schedule-arn>","scheduledTime":"<aws.scheduler.scheduled-time>"}',
      RoleArn: SETTINGS.roleArn,
      RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3_600 },
      DeadLetterConfig: { Arn: SETTINGS.deadLetterArn },
    });
  });

  it('runs a task for a heavy one, which is told the schedule and its time', () => {
    const { Target } = eventBridgeSchedule(HEAVY, SETTINGS);
    expect(Target).toMatchObject({
      Arn: SETTINGS.task.clusterArn,
      EcsParameters: { TaskDefinitionArn: SETTINGS.task.definitionArn, LaunchType: 'FARGATE' },
    });
    expect(JSON.parse(Target.Input)).toEqual({
      containerOverrides: [
        {
          name: 'reports',
          environment: [
            { name: 'REPORT_SCHEDULE_ID', value: 'all-orders' },
            { name: 'REPORT_SCHEDULE_ARN', value: '<aws.scheduler.schedule-arn>' },
            { name: 'REPORT_SCHEDULED_TIME', value: '<aws.scheduler.scheduled-time>' },
          ],
        },
      ],
    });
  });
});

describe.each([
  {
    name: "a stand-in for EventBridge Scheduler's API",
    isThere: true,
    start: () => Promise.resolve({ open: openScriptedBed, close: () => Promise.resolve() }),
  },
  { name: "moto's EventBridge Scheduler", isThere: hasMoto(), start: startMotoScheduler },
])('on $name', ({ isThere, start }) => {
  describe.skipIf(!isThere)('an edit in the console is mended', () => {
    let server: Awaited<ReturnType<typeof startMotoScheduler>>;
    let bed: EventBridgeBed;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.close());
    beforeEach(async () => {
      bed = await server.open();
    });
    afterEach(() => bed.close());

    const wanted = eventBridgeSchedule(HEAVY, SETTINGS);
    const { Target, ...rest } = wanted;
    const network = {
      AssignPublicIp: 'DISABLED' as const,
      Subnets: ['subnet-1', 'subnet-2', 'subnet-3'],
      SecurityGroups: ['sg-1'],
    };
    it.each<[string, Partial<UpdateScheduleCommandInput>]>([
      ['the expression', { ScheduleExpression: 'rate(1 minute)' }],
      ['the zone', { ScheduleExpressionTimezone: 'UTC' }],
      ['the state', { State: 'DISABLED' }],
      ['the description', { Description: 'mine' }],
      ['a window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } }],
      ['a beginning', { StartDate: new Date('2027-01-01T00:00:00Z') }],
      ['an end', { EndDate: new Date('2027-01-01T00:00:00Z') }],
      ['the role', { Target: { ...Target, RoleArn: 'arn:aws:iam::123456789012:role/other' } }],
      ['the target', { Target: { ...Target, Arn: SETTINGS.functionArn } }],
      ['the kind of target', { Target: eventBridgeSchedule(scheduledReport(), SETTINGS).Target }],
      ['the input', { Target: { ...Target, Input: '{}' } }],
      ['no dead letters', { Target: { ...Target, DeadLetterConfig: undefined } }],
      ['the retries', { Target: { ...Target, RetryPolicy: { MaximumRetryAttempts: 0 } } }],
      [
        'the subnets',
        {
          Target: {
            ...Target,
            EcsParameters: {
              TaskDefinitionArn: SETTINGS.task.definitionArn,
              TaskCount: 1,
              LaunchType: 'FARGATE',
              NetworkConfiguration: { awsvpcConfiguration: network },
            },
          },
        },
      ],
    ])('%s', async (_, edit) => {
      await bed.scheduler.bring(HEAVY);
      await bed.client.send(new UpdateScheduleCommand({ ...rest, Target, ...edit }));
      expect(await bed.scheduler.bring(HEAVY)).toBe('mended');
      expect(await bed.scheduler.bring(HEAVY)).toBe('unchanged');
      const { GroupName, Name } = wanted;
      const mended = await bed.client.send(new GetScheduleCommand({ GroupName, Name }));
      expect(mended).toMatchObject({ ...rest, Target });
      expect(mended.StartDate ?? mended.EndDate).toBeUndefined();
    });
  });
});

describe('where EventBridge Scheduler fails', () => {
  let bed: Awaited<ReturnType<typeof openScriptedBed>>;
  beforeEach(async () => {
    bed = await openScriptedBed();
  });
  afterEach(() => bed.close());

  it('what it refuses is told with its reason', async () => {
    const message = 'Invalid Schedule Expression cron(0 8 * * ? *).';
    bed.server.answer = (call) =>
      call.startsWith('POST') ? { status: 400, type: 'ValidationException', message } : undefined;
    const brought = bed.scheduler.bring(scheduledReport());
    await expect(brought).rejects.toThrow(ScheduleRefused);
    await expect(brought).rejects.toThrow(`refuses the schedule: ${message}`);
  });

  it.each(['GET', 'POST', 'PUT', 'DELETE'])(
    'a %s that is throttled may go later',
    async (method) => {
      if (method !== 'POST') await bed.scheduler.bring(scheduledReport());
      bed.server.answer = (call) =>
        call.startsWith(method) ? { status: 429, type: 'ThrottlingException' } : undefined;
      const work =
        method === 'DELETE'
          ? bed.scheduler.remove('daily-orders')
          : bed.scheduler.bring(scheduledReport({ enabled: false }));
      await expect(work).rejects.toThrow(SchedulerUnavailable);
      await expect(work).rejects.toThrow('(ThrottlingException)');
    },
  );

  it('a list that is refused may go later', async () => {
    bed.server.answer = () => ({ status: 403, type: 'AccessDeniedException' });
    await expect(bed.scheduler.names()).rejects.toThrow(SchedulerUnavailable);
  });

  it('nothing that listens may go later', async () => {
    await bed.server.close();
    await expect(bed.scheduler.bring(scheduledReport())).rejects.toThrow(SchedulerUnavailable);
  });

  it('who comes second to make a schedule brings it to what it knows', async () => {
    const other = scheduledReport({ timeZone: 'UTC' });
    let isFirst = true;
    bed.server.answer = async (call) => {
      if (call.startsWith('POST') && isFirst) {
        isFirst = false;
        await bed.scheduler.bring(other);
      }
      return undefined;
    };
    expect(await bed.scheduler.bring(scheduledReport())).toBe('mended');
    expect(await bed.scheduler.bring(scheduledReport())).toBe('unchanged');
  });

  it('each change has a token of its own', async () => {
    await bed.scheduler.bring(scheduledReport());
    await bed.scheduler.remove('daily-orders');
    await bed.scheduler.bring(scheduledReport());
    expect(new Set(bed.server.clientTokens).size).toBe(2);
  });
});
