import { z } from 'zod';
import { instantSchema } from './page.ts';
import { reportKindSchema } from './report.ts';

/** A name that admins give: small letters, digits and hyphens. It is the schedule's name in EventBridge Scheduler, too. */
export const scheduleIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$/, {
  error: 'must be 2 to 64 small letters, digits and hyphens, such as daily-orders',
});

export const MAX_RECIPIENTS = 50;

/** The period before the run that an export is of: days, weeks from Monday, and months of the schedule's zone. */
export const exportPeriodSchema = z.enum(['day', 'week', 'month']);
export type ExportPeriod = z.infer<typeof exportPeriodSchema>;

export const recipientSchema = z.object({
  address: z.string(),
  /** Only who is `active` gets mails. An address that bounced or complained, or that unsubscribed, stays to be seen. */
  state: z.enum(['active', 'bounced', 'complained', 'unsubscribed']),
  /** Since when it is in that state, for an active one: on the list; null where that was not kept. */
  at: instantSchema.nullable(),
  reason: z.string().nullable(),
});
export type Recipient = z.infer<typeof recipientSchema>;

/** `GET /report-schedules/{id}` and what `PUT` answers; the entity tag is `"<version>"`. */
export const reportScheduleSchema = z.object({
  id: scheduleIdSchema,
  kind: reportKindSchema,
  /** As EventBridge Scheduler takes it: `cron(0 6 * * ? *)`, `rate(1 day)`, `at(2026-11-30T06:00:00)`. */
  expression: z.string(),
  timeZone: z.string(),
  /** For an export; null otherwise. */
  period: exportPeriodSchema.nullable(),
  gzip: z.boolean(),
  enabled: z.boolean(),
  recipients: z.array(recipientSchema),
  version: z.int().min(1),
  updatedAt: instantSchema,
  /** The next three times; fewer where it ends, none where it is disabled. */
  nextTimes: z.array(instantSchema),
  /** Whether the scheduler follows this version, and why not. */
  sync: z.object({
    state: z.enum(['waiting', 'done', 'failed']),
    at: instantSchema.nullable(),
    failure: z.string().nullable(),
  }),
});
export type ReportSchedule = z.infer<typeof reportScheduleSchema>;

export const reportScheduleListSchema = z.object({ items: z.array(reportScheduleSchema) });

/** `PUT /report-schedules/{id}`: makes or replaces a schedule. */
export const putReportScheduleSchema = z.strictObject({
  kind: reportKindSchema,
  expression: z.string().min(1).max(256),
  timeZone: z.string().min(1).max(64),
  period: exportPeriodSchema.nullish(),
  gzip: z.boolean().optional(),
  enabled: z.boolean().optional(),
  recipients: z.array(z.string().min(3).max(320)).max(MAX_RECIPIENTS),
});
export type PutReportSchedule = z.infer<typeof putReportScheduleSchema>;

/** `POST /report-schedules/preview`: when would it run? */
export const previewScheduleSchema = putReportScheduleSchema.pick({
  expression: true,
  timeZone: true,
});
export const scheduleTimesSchema = z.object({ nextTimes: z.array(instantSchema) });
