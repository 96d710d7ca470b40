import {
  reportScheduleListSchema,
  reportScheduleSchema,
} from '@ordercast/contract/report-schedule.ts';
import type { PutReportSchedule, ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { instantSchema } from '@ordercast/contract/page.ts';
import type { Page } from '@ordercast/contract/page.ts';
import {
  reportDetailSchema,
  reportDownloadSchema,
  reportMailSchema,
  reportPageSchema,
  reportSchema,
} from '@ordercast/contract/report.ts';
import type {
  NewReport,
  Report,
  ReportDetail,
  ReportDownload,
  ReportFormat,
  ReportMail,
} from '@ordercast/contract/report.ts';
import { z } from 'zod';
import type { HttpClient } from '../api/http-client.ts';

const nextTimesSchema = z.object({ nextTimes: z.array(instantSchema) });

/** The API of reports, a method a call. Each fails with ApiError. */
export class ReportApi {
  readonly #http: Pick<HttpClient, 'send'>;

  constructor(http: Pick<HttpClient, 'send'>) {
    this.#http = http;
  }

  /** Newest first. */
  listReports(query: { cursor?: string | undefined; limit?: number }): Promise<Page<Report>> {
    return this.#http.send({
      method: 'GET',
      path: '/reports',
      query,
      repeatable: true,
      answer: reportPageSchema,
    });
  }

  /** The same key makes the same run, however often it is sent. */
  startReport(report: NewReport, idempotencyKey: string): Promise<Report> {
    return this.#http.send({
      method: 'POST',
      path: '/reports',
      body: report,
      headers: { 'idempotency-key': idempotencyKey },
      repeatable: true,
      answer: reportSchema,
    });
  }

  readReport(id: string): Promise<ReportDetail> {
    return this.#http.send({
      method: 'GET',
      path: pathOfRun(id),
      repeatable: true,
      answer: reportDetailSchema,
    });
  }

  /** Not repeated by itself: the second time would find the run ended, and not say by whom. */
  cancelReport(id: string): Promise<Report> {
    return this.#http.send({
      method: 'DELETE',
      path: pathOfRun(id),
      repeatable: false,
      answer: reportSchema,
    });
  }

  /** A new address of a file, good for some minutes. */
  downloadOf(id: string, format: ReportFormat): Promise<ReportDownload> {
    return this.#http.send({
      method: 'GET',
      path: `${pathOfRun(id)}/download`,
      query: { format },
      repeatable: true,
      answer: reportDownloadSchema,
    });
  }

  /** Not repeated by itself: each time is a mail. */
  resendMail(id: string, address: string): Promise<ReportMail> {
    return this.#http.send({
      method: 'POST',
      path: `${pathOfRun(id)}/mails`,
      body: { address },
      repeatable: false,
      answer: reportMailSchema,
    });
  }

  async listSchedules(): Promise<ReportSchedule[]> {
    const { items } = await this.#http.send({
      method: 'GET',
      path: '/report-schedules',
      repeatable: true,
      answer: reportScheduleListSchema,
    });
    return items;
  }

  readSchedule(id: string): Promise<ReportSchedule> {
    return this.#http.send({
      method: 'GET',
      path: pathOfSchedule(id),
      repeatable: true,
      answer: reportScheduleSchema,
    });
  }

  /**
   * Makes a schedule where `version` is undefined, and else replaces the one that still has that version;
   * fails with an ApiError of kind `stale` otherwise.
   */
  putSchedule(
    id: string,
    schedule: PutReportSchedule,
    version: number | undefined,
  ): Promise<ReportSchedule> {
    return this.#http.send({
      method: 'PUT',
      path: pathOfSchedule(id),
      body: schedule,
      // Without a version the API replaces nothing.
      headers: version === undefined ? {} : { 'if-match': `"${version}"` },
      repeatable: false,
      answer: reportScheduleSchema,
    });
  }

  /** The next times of an expression in a time zone. */
  async previewSchedule(expression: string, timeZone: string): Promise<string[]> {
    const { nextTimes } = await this.#http.send({
      method: 'POST',
      path: '/report-schedules/preview',
      body: { expression, timeZone },
      repeatable: true,
      answer: nextTimesSchema,
    });
    return nextTimes;
  }
}

function pathOfRun(id: string): string {
  return `/reports/${encodeURIComponent(id)}`;
}

function pathOfSchedule(id: string): string {
  return `/report-schedules/${encodeURIComponent(id)}`;
}
