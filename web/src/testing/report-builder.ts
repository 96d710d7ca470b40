import type { ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import type { Report, ReportDetail, ReportEventData } from '@ordercast/contract/report.ts';

const AT = '2026-11-22T05:00:00.000Z';

/** For specs: the n-th run ever, which waits for its turn. */
export function report(n: number, changes: Partial<Report> = {}): Report {
  return {
    id: `01${String(n).padStart(24, '0')}`,
    kind: 'daily',
    status: 'queued',
    version: 1,
    from: '2026-11-20T23:00:00.000Z',
    to: '2026-11-21T23:00:00.000Z',
    timeZone: 'Europe/Berlin',
    scheduleId: null,
    progress: { rows: 0, total: null },
    files: [],
    failure: null,
    createdAt: AT,
    startedAt: null,
    finishedAt: null,
    by: { name: 'Sam', self: true },
    ...changes,
  };
}

/** For specs: what the channel tells of a run. */
export function reportEvent(n: number, changes: Partial<Report> = {}): ReportEventData {
  const run = report(n, changes);
  return { ...run, by: run.by && { name: run.by.name } };
}

export function reportDetail(n: number, changes: Partial<ReportDetail> = {}): ReportDetail {
  return { ...report(n), mails: [], figures: null, ...changes };
}

export function schedule(changes: Partial<ReportSchedule> = {}): ReportSchedule {
  return {
    id: 'daily-orders',
    kind: 'daily',
    expression: 'cron(0 6 * * ? *)',
    timeZone: 'Europe/Berlin',
    period: null,
    gzip: false,
    enabled: true,
    recipients: [],
    version: 3,
    updatedAt: AT,
    nextTimes: [],
    sync: { state: 'done', at: AT, failure: null },
    ...changes,
  };
}
