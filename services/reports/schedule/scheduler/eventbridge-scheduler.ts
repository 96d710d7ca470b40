import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  UpdateScheduleCommand,
  ValidationException,
  paginateListSchedules,
} from '@aws-sdk/client-scheduler';
import type { GetScheduleCommandOutput, SchedulerClient } from '@aws-sdk/client-scheduler';
import { cutText } from '@ordercast/platform/cut-text.ts';
import { eventBridgeSchedule, isAsWanted } from './eventbridge-schedule.ts';
import type { EventBridgeSettings } from './eventbridge-schedule.ts';
import { ScheduleRefused, SchedulerUnavailable } from './scheduler.ts';
import type { Brought, ScheduledReport, Scheduler } from './scheduler.ts';

const MAX_REASON_LENGTH = 500;

/** The schedules of one group of EventBridge Scheduler. */
export function createEventBridgeScheduler(
  client: SchedulerClient,
  settings: EventBridgeSettings,
): Scheduler {
  const { group: GroupName } = settings;
  return {
    names: () =>
      asking('ListSchedules', async () => {
        const names: string[] = [];
        for await (const page of paginateListSchedules({ client }, { GroupName })) {
          for (const { Name } of page.Schedules ?? []) if (Name !== undefined) names.push(Name);
        }
        return names;
      }),
    bring: (schedule) => bring(client, settings, schedule),
    remove: (Name) =>
      asking('DeleteSchedule', async () => {
        try {
          await client.send(new DeleteScheduleCommand({ GroupName, Name }));
        } catch (error) {
          if (!(error instanceof ResourceNotFoundException)) throw error;
        }
      }),
  };
}

async function bring(
  client: SchedulerClient,
  settings: EventBridgeSettings,
  schedule: ScheduledReport,
): Promise<Brought> {
  const wanted = eventBridgeSchedule(schedule, settings);
  const there = await find(client, wanted);
  if (there === undefined) {
    try {
      // The SDK gives each call a client token of its own, which its repeats keep.
      await asking('CreateSchedule', () => client.send(new CreateScheduleCommand(wanted)));
      return 'created';
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      // Another reconciler was first, with what it knew.
    }
  } else if (isAsWanted(there, wanted)) {
    return 'unchanged';
  }
  await asking('UpdateSchedule', () => client.send(new UpdateScheduleCommand(wanted)));
  return 'mended';
}

async function find(
  client: SchedulerClient,
  { GroupName, Name }: { GroupName: string; Name: string },
): Promise<GetScheduleCommandOutput | undefined> {
  return asking('GetSchedule', async () => {
    try {
      return await client.send(new GetScheduleCommand({ GroupName, Name }));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  });
}

/** Tells apart what will never go, what another has done at the same time, and what may go later. */
async function asking<Answer>(action: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof ConflictException && action === 'CreateSchedule') throw cause;
    if (cause instanceof ValidationException) {
      const reason = cutText(cause.message, MAX_REASON_LENGTH);
      throw new ScheduleRefused(`EventBridge Scheduler refuses the schedule: ${reason}`, { cause });
    }
    const name = cause instanceof Error ? cause.name : 'unknown';
    throw new SchedulerUnavailable(
      `EventBridge Scheduler did not do ${action} (${name}); it is asked again within minutes.`,
      { cause },
    );
  }
}
