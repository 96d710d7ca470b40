import { InvalidConfig } from '@ordercast/platform/config.ts';
import { z } from 'zod';
import { REPORT_VARIABLES } from './report-variables.ts';
import { scheduleEventSchema } from './run/scheduled-run.ts';
import type { ScheduleEvent } from './run/scheduled-run.ts';

/** The environment variables that `services/reports/task.ts` reads. */
export const taskSettingsSchema = z.object({
  ...REPORT_VARIABLES,
  /** The run to work on. */
  REPORT_RUN_ID: z.string().optional(),
  /** Or the schedule's event that asks for one. */
  REPORT_SCHEDULE_ID: z.string().optional(),
  REPORT_SCHEDULE_ARN: z.string().optional(),
  REPORT_SCHEDULED_TIME: z.string().optional(),
});

const SCHEDULE_VARIABLES = [
  'REPORT_SCHEDULE_ID',
  'REPORT_SCHEDULE_ARN',
  'REPORT_SCHEDULED_TIME',
] as const;

/** What a task is to work on. @throws InvalidConfig where that is not exactly one thing */
export function taskOrder(
  config: z.output<typeof taskSettingsSchema>,
): { runId: string } | { event: ScheduleEvent } {
  const { REPORT_RUN_ID: runId } = config;
  const isScheduled = SCHEDULE_VARIABLES.some((name) => config[name] !== undefined);
  if (runId !== undefined && !isScheduled) return { runId };
  if (runId !== undefined || !isScheduled) {
    throw new InvalidConfig(
      `Set either REPORT_RUN_ID, for a run that was asked for, or all of ${SCHEDULE_VARIABLES.join(', ')}, for a schedule's event.`,
    );
  }
  const event = scheduleEventSchema.safeParse({
    scheduleId: config.REPORT_SCHEDULE_ID,
    scheduleArn: config.REPORT_SCHEDULE_ARN,
    scheduledTime: config.REPORT_SCHEDULED_TIME,
  });
  if (event.success) return { event: event.data };
  throw new InvalidConfig(
    `A schedule's event needs all of ${SCHEDULE_VARIABLES.join(', ')}, the last one such as 2026-11-21T06:00:00Z.`,
  );
}
