import { z } from 'zod';
import type { Logger } from '@ordercast/platform/logger.ts';
import { findSchedule } from '../schedule/schedule-store.ts';
import { scheduledPeriod } from '../schedule/scheduled-period.ts';
import { digest, makeRun } from './request-run.ts';
import type { RequestedRun } from './request-run.ts';
import type { RunChanges } from './run-changes.ts';

/** What EventBridge Scheduler sends for a schedule; the time is its `<aws.scheduler.scheduled-time>`. */
export const scheduleEventSchema = z.object({
  scheduleId: z.string().min(1).max(64),
  scheduleArn: z.string().min(1).max(1600),
  scheduledTime: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
});
/** Parsed; the time is in epoch ms. */
export type ScheduleEvent = z.output<typeof scheduleEventSchema>;

/**
 * Makes the run that a schedule's event asks for; nothing is started. The scheduler repeats its events, and the execution's id is new each time: so
 * a run belongs to the schedule's ARN and the scheduled time, and an event that comes again finds it. Undefined, with a line in the log,
 * where the schedule is unknown or disabled.
 */
export async function scheduledRun(
  parts: RunChanges & { log: Logger },
  { scheduleId, scheduleArn, scheduledTime }: ScheduleEvent,
): Promise<RequestedRun | undefined> {
  const schedule = await findSchedule(parts.database, scheduleId);
  if (!schedule?.enabled) {
    const why = schedule === undefined ? 'unknown' : 'disabled';
    parts.log.warn({ scheduleId, scheduleArn, why }, 'an event of a schedule makes no run');
    return undefined;
  }
  const triggerKey = `schedule:${digest(scheduleArn, String(scheduledTime))}`;
  return makeRun(parts, {
    ...scheduledPeriod(schedule, scheduledTime),
    id: parts.ulids.next(),
    triggerKey,
    asker: { kind: 'schedule', scheduleId },
  });
}
