import {
  newReportSchema,
  reportDetailSchema,
  reportDownloadSchema,
  reportMailSchema,
  reportPageSchema,
  reportSchema,
  resendMailSchema,
} from '@ordercast/contract/report.ts';
import {
  previewScheduleSchema,
  putReportScheduleSchema,
  reportScheduleListSchema,
  reportScheduleSchema,
  scheduleTimesSchema,
} from '@ordercast/contract/report-schedule.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { DocumentedRoute } from '../http/route.ts';
import type { PeopleService } from '../people/people-service.ts';
import { reportRoutes } from './report-routes.ts';
import type { RunChanges } from './run/run-changes.ts';
import { reportScheduleRoutes } from './report-schedule-routes.ts';

/** Names for the schemas of the reports API's document. */
export const REPORT_SCHEMAS = {
  Report: reportSchema,
  ReportPage: reportPageSchema,
  ReportDetail: reportDetailSchema,
  NewReport: newReportSchema,
  ReportDownload: reportDownloadSchema,
  ReportMail: reportMailSchema,
  ResendMail: resendMailSchema,
  ReportSchedule: reportScheduleSchema,
  ReportScheduleList: reportScheduleListSchema,
  PutReportSchedule: putReportScheduleSchema,
  PreviewSchedule: previewScheduleSchema,
  ScheduleTimes: scheduleTimesSchema,
};

/**
 * The operations of the reports API, for the document of the order API alone: both are reached at one address, and only there does
 * a client ask what there is.
 */
export function documentedReportRoutes(given: {
  changes: RunChanges;
  people: PeopleService;
  log: Logger;
}): DocumentedRoute[] {
  const { changes, people } = given;
  const notServed = () => Promise.reject(new Error('Only the reports API serves this.'));
  return [
    ...reportRoutes({
      changes,
      people,
      timeZone: 'UTC',
      start: notServed,
      downloads: notServed,
      onMailResumed: () => undefined,
      log: given.log,
    }),
    ...reportScheduleRoutes({ ...changes, people, onScheduleChanged: () => undefined }),
  ];
}
