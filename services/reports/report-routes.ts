import {
  newReportSchema,
  reportDetailSchema,
  reportDownloadSchema,
  reportFormatSchema,
  reportMailSchema,
  reportPageSchema,
  reportSchema,
  resendMailSchema,
} from '@ordercast/contract/report.ts';
import { ulidSchema } from '@ordercast/contract/page.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { z } from 'zod';
import { DEFAULT_LIMIT, cursorSchema, limitSchema, toPage } from '../http/cursor.ts';
import { badRequest, conflict, notFound, unprocessable } from '../http/problem.ts';
import { NO_BODY, NO_QUERY, route } from '../http/route.ts';
import type { Route, RouteRequest } from '../http/route.ts';
import type { PeopleService } from '../people/people-service.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { askedScope } from './asked-scope.ts';
import { listMails } from './mail/mail-store.ts';
import { resendMail } from './mail/resend-mail.ts';
import { toReport, toReportDetail, toReportMail } from './report-answer.ts';
import { filesAway, filesGone, noSuchFile, reportNotFound } from './report-problem.ts';
import type { ReportRun } from './run/report-run.ts';
import { OtherRequestOfKey, requestRun } from './run/request-run.ts';
import type { StartRun } from './run/start-run.ts';
import type { Downloads } from './storage/downloads.ts';
import { StorageUnavailable } from './storage/storage-fault.ts';
import { changeRun } from './run/run-changes.ts';
import type { RunChanges } from './run/run-changes.ts';
import { cancelRun, findRun, listRuns } from './run/run-store.ts';

export interface ReportRouteDependencies {
  changes: RunChanges;
  people: PeopleService;
  /** Whose days are meant where nobody says. IANA name. */
  timeZone: string;
  start: StartRun;
  downloads: Downloads;
  /** Runs after a mail was asked for once more: it can be sent now. */
  onMailResumed: (runId: string) => void;
  log: Logger;
}

/** 1 to 255 printable ASCII characters, as for orders. */
const KEY = /^[\x20-\x7e]{1,255}$/;
const KEY_HEADER = 'Idempotency-Key';

/** Runs of reports: `/reports` and what lies below it. */
export function reportRoutes(dependencies: ReportRouteDependencies): Route[] {
  return [
    listRoute(dependencies),
    requestRoute(dependencies),
    readRoute(dependencies),
    downloadRoute(dependencies),
    cancelRoute(dependencies),
    resendRoute(dependencies),
  ];
}

function listRoute({ changes: { database } }: ReportRouteDependencies): Route {
  return route({
    method: 'get',
    path: '/reports',
    access: 'staff',
    query: z.object({
      limit: limitSchema.default(DEFAULT_LIMIT),
      cursor: cursorSchema.optional(),
    }),
    body: NO_BODY,
    documentation: {
      summary: 'Runs of reports, newest first',
      description: 'What happens to them is told by the channel `reports`.',
      responses: { 200: { description: 'A page of them', schema: reportPageSchema } },
    },
    handle: async ({ caller }, { query }) => {
      const runs = await listRuns(database, query.cursor, query.limit + 1);
      const items = runs.map((run) => toReport(run, caller));
      return { status: 200, body: toPage(items, query.limit) };
    },
  });
}

function requestRoute(dependencies: ReportRouteDependencies): Route {
  const { changes, people, timeZone, start, log } = dependencies;
  return route({
    method: 'post',
    path: '/reports',
    access: 'staff',
    query: NO_QUERY,
    body: newReportSchema,
    documentation: {
      summary: 'Run a report',
      description:
        'It is queued, and its mail goes to who asks. A `daily` is of a day of `timeZone`, an `export` of the orders placed in ' +
        '[from, to), an `ageing` of what is open now.',
      headers: [
        {
          name: KEY_HEADER,
          required: false,
          description:
            '1 to 255 printable ASCII characters: a repeat of the same request is answered with the run that the first made, with `Idempotency-Replayed: true`.',
        },
      ],
      responses: {
        202: {
          description: 'The run',
          schema: reportSchema,
          headers: ['Location', 'Idempotency-Replayed'],
        },
        422: { description: 'The key was used for another report' },
      },
    },
    handle: async (request, { body }) => {
      const idempotencyKey = keyOf(request);
      const scope = askedScope(body, { timeZone, now: changes.clock() });
      const { sub, name } = await people.personOf(request.caller);
      const asker = { kind: 'person' as const, sub, name };
      const { run, replayed } = await requestRun(
        { ...changes, start, log },
        { asker, idempotencyKey, scope, traceparent: request.traceparent },
      ).catch((error: unknown) => {
        throw error instanceof OtherRequestOfKey ? keyReused() : error;
      });
      return {
        status: 202,
        body: toReport(run, request.caller),
        headers: {
          Location: `${request.baseUrl}/reports/${run.id}`,
          ...(replayed && { 'Idempotency-Replayed': 'true' }),
        },
      };
    },
  });
}

function keyOf({ header }: RouteRequest): string | undefined {
  const key = header(KEY_HEADER);
  if (key === undefined || KEY.test(key)) return key;
  throw badRequest(`${KEY_HEADER} must be 1 to 255 printable ASCII characters.`);
}

function keyReused() {
  return unprocessable(
    'idempotency-key-reused',
    'This Idempotency-Key was used for another report. Use a new key for a new request.',
    [{ path: KEY_HEADER, message: 'was used for another report' }],
  );
}

function readRoute({ changes }: ReportRouteDependencies): Route {
  return route({
    method: 'get',
    path: '/reports/:id',
    access: 'staff',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'A run with its mails and figures',
      responses: {
        200: { description: 'The run', schema: reportDetailSchema },
        404: { description: 'There is no such report' },
      },
    },
    handle: async (request) => {
      const run = await existingRun(changes, request);
      const mails = await listMails(changes.database, run.id);
      return { status: 200, body: toReportDetail(run, mails, request.caller) };
    },
  });
}

function downloadRoute({ changes, downloads }: ReportRouteDependencies): Route {
  return route({
    method: 'get',
    path: '/reports/:id/download',
    access: 'staff',
    query: z.object({ format: reportFormatSchema }),
    body: NO_BODY,
    documentation: {
      summary: 'Where a file of a run can be had',
      description: 'The URL needs no sign-in and works for some minutes: until `expiresAt`.',
      responses: {
        200: { description: 'Its URL', schema: reportDownloadSchema },
        404: { description: 'There is no such report, or it has no file of that format' },
        409: { description: 'The run is not done' },
        410: { description: 'The files of the run are kept no longer' },
      },
    },
    handle: async (request, { query: { format } }) => {
      const run = await existingRun(changes, request);
      if (run.status !== 'done') {
        throw conflict('report-not-done', `The report is ${run.status}: it has no files.`);
      }
      const file = run.files.find((one) => one.format === format);
      if (file === undefined) throw noSuchFile(format);
      const found = await downloads(file).catch((error: unknown) => {
        throw error instanceof StorageUnavailable ? filesAway() : error;
      });
      if (found === undefined) throw filesGone();
      return { status: 200, body: { url: found.url, expiresAt: isoInstant(found.expiresAt) } };
    },
  });
}

function cancelRoute({ changes }: ReportRouteDependencies): Route {
  return route({
    method: 'delete',
    path: '/reports/:id',
    access: 'staff',
    query: NO_QUERY,
    body: NO_BODY,
    documentation: {
      summary: 'Cancel a run',
      description: 'One that is cancelled already stays so.',
      responses: {
        200: { description: 'The run, cancelled', schema: reportSchema },
        404: { description: 'There is no such report' },
        409: { description: 'The run is done or has failed' },
      },
    },
    handle: async (request) => {
      const { id } = await existingRun(changes, request);
      const cancelled = await changeRun(
        changes,
        id,
        (transaction, now) => cancelRun(transaction, id, now),
        request.traceparent,
      );
      const run = cancelled ?? (await existingRun(changes, request));
      if (run.status !== 'cancelled') {
        throw conflict('report-ended', `The report is ${run.status} and cannot be cancelled.`);
      }
      return { status: 200, body: toReport(run, request.caller) };
    },
  });
}

function resendRoute({ changes, onMailResumed }: ReportRouteDependencies): Route {
  return route({
    method: 'post',
    path: '/reports/:id/mails',
    access: 'staff',
    query: NO_QUERY,
    body: resendMailSchema,
    documentation: {
      summary: 'Send a mail of a run again',
      description: 'For one of which nobody knows whether it went, and for one that failed.',
      responses: {
        202: { description: 'The mail', schema: reportMailSchema },
        404: { description: 'There is no such report, or no mail to that address' },
        409: { description: 'The mail went, or is on its way, or nobody is to have it any more' },
      },
    },
    handle: async (request, { body }) => {
      const run = await existingRun(changes, request);
      const { database, clock } = changes;
      const { address } = body;
      const outcome = await resendMail(database, run, { address, now: clock() });
      if (outcome === 'unknown') throw notFound('This report has no mail to that address.');
      if (outcome === 'settled') {
        throw conflict('mail-settled', 'This mail went, or is on its way.');
      }
      if (outcome === 'removed') {
        throw conflict('not-a-recipient', 'This address gets the report no more.');
      }
      onMailResumed(run.id);
      const mail = (await listMails(database, run.id)).find((one) => one.address === address);
      if (mail === undefined) throw notFound('This report has no mail to that address.');
      return { status: 202, body: toReportMail(mail) };
    },
  });
}

/** The run that the path names. Throws a 404 problem, also for what is no id. */
async function existingRun({ database }: RunChanges, { params }: RouteRequest): Promise<ReportRun> {
  const id = ulidSchema.safeParse(params.id);
  const run = id.success ? await findRun(database, id.data) : undefined;
  if (run === undefined) throw reportNotFound();
  return run;
}
