import { z } from 'zod';
import { answeredAuthorSchema } from './author.ts';
import {
  EARLIEST_INSTANT,
  LATEST_INSTANT,
  askedInstantSchema,
  instantSchema,
  pageSchema,
  ulidSchema,
} from './page.ts';

export const REPORT_KINDS = ['daily', 'ageing', 'export'] as const;
export const reportKindSchema = z.enum(REPORT_KINDS);
export type ReportKind = z.infer<typeof reportKindSchema>;

export const REPORT_STATUSES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export const reportStatusSchema = z.enum(REPORT_STATUSES);
export type ReportStatus = z.infer<typeof reportStatusSchema>;

/** Whether a run has ended, one way or another. */
export function hasEnded(status: ReportStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

export const REPORT_FORMATS = ['pdf', 'csv'] as const;
export const reportFormatSchema = z.enum(REPORT_FORMATS);
export type ReportFormat = z.infer<typeof reportFormatSchema>;

/** CloudEvent `source` and `type` of what happens to a run; `data` is a {@link reportSchema}. */
export const REPORT_EVENT_SOURCE = '/reports';
export const REPORT_EVENT_TYPE = 'report.updated';

const runHeadSchema = z.object({
  id: ulidSchema,
  kind: reportKindSchema,
  status: reportStatusSchema,
  /** Counts up by one a change, so that of two answers the later is known. */
  version: z.int().min(1),
  /** The orders placed in `[from, to)`; `from` is null where the report is of all that are open. */
  from: instantSchema.nullable(),
  to: instantSchema,
  /** IANA name of the zone whose days and hours are meant. */
  timeZone: z.string(),
  /** The schedule that asked for it; null where a person did. */
  scheduleId: z.string().nullable(),
  /** Rows of the CSV: written, and in all once they are counted. */
  progress: z.object({ rows: z.int(), total: z.int().nullable() }),
  files: z.array(z.object({ format: reportFormatSchema, bytes: z.int() })),
  /** Why it failed, in a sentence for people; null otherwise. */
  failure: z.string().nullable(),
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
});

/** A run as the `reports` channel tells of it. */
export const reportEventDataSchema = runHeadSchema.extend({
  /** Who asked for it; null where a schedule did. */
  by: z.object({ name: z.string() }).nullable(),
});
export type ReportEventData = z.infer<typeof reportEventDataSchema>;

/** A run of a report as lists show it. */
export const reportSchema = runHeadSchema.extend({
  by: answeredAuthorSchema.omit({ role: true }).nullable(),
});
export type Report = z.infer<typeof reportSchema>;
export const reportPageSchema = pageSchema(reportSchema);

export const REPORT_MAIL_STATUSES = [
  'waiting',
  'sending',
  'sent',
  'unconfirmed',
  'failed',
  'bounced',
  'complained',
] as const;
export const reportMailStatusSchema = z.enum(REPORT_MAIL_STATUSES);
export type ReportMailStatus = z.infer<typeof reportMailStatusSchema>;

export const reportMailSchema = z.object({
  address: z.string(),
  /** `unconfirmed`: a crash left unknown whether it went; it is never sent again by itself. */
  status: reportMailStatusSchema,
  reason: z.string().nullable(),
  at: instantSchema,
});
export type ReportMail = z.infer<typeof reportMailSchema>;

/** One run with its mails and, once it is done, its figures, whose shape goes with `kind` (report-figures.ts). */
export const reportDetailSchema = reportSchema.extend({
  mails: z.array(reportMailSchema),
  figures: z.unknown(),
});
export type ReportDetail = z.infer<typeof reportDetailSchema>;

/** Where a file of a run can be had, for some minutes. */
export const reportDownloadSchema = z.object({ url: z.string(), expiresAt: instantSchema });
export type ReportDownload = z.infer<typeof reportDownloadSchema>;

/** `POST /reports/{id}/mails`: sends a mail again whose fate is unknown, or that failed. */
export const resendMailSchema = z.strictObject({ address: z.string().max(320) });

/** A day such as `2026-11-21`; whether there is one in a zone is the server's to say. */
export const dateSchema = z.iso.date({ error: 'must be a day such as 2026-11-21' });
const timeZoneSchema = z.string().min(1).max(64);

/** An instant with its offset, or a day, which stands for its beginning in UTC. Epoch ms. */
const periodEdgeSchema = z
  .union(
    [askedInstantSchema, z.iso.date().transform((day) => Date.parse(`${day}T00:00:00.000Z`))],
    { error: 'must be an instant such as 2026-11-22T08:30:00Z, or a day such as 2026-11-22' },
  )
  .pipe(z.number().min(EARLIEST_INSTANT).max(LATEST_INSTANT));

/** `POST /reports`: what is asked for. */
export const newReportSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('daily'),
    date: dateSchema,
    timeZone: timeZoneSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('ageing') }),
  z
    .strictObject({
      kind: z.literal('export'),
      from: periodEdgeSchema,
      to: periodEdgeSchema,
      gzip: z.boolean().optional(),
    })
    .refine(({ from, to }) => from < to, { error: 'must be before to', path: ['from'] }),
]);
/** What a client sends: instants and days as text. */
export type NewReport = z.input<typeof newReportSchema>;
export type AskedReport = z.output<typeof newReportSchema>;
