import type { ReportMailStatus, ReportKind, ReportStatus } from '@ordercast/contract/report.ts';
import type { Report } from '@ordercast/contract/report.ts';
import { formatDay } from '../format/day.ts';

/** Reports as people read of them. */
export const REPORT_TITLE: Readonly<Record<ReportKind, string>> = {
  daily: 'Daily orders',
  ageing: 'Ageing of open orders',
  export: 'Order export',
};

export const REPORT_STATUS_TEXT: Readonly<Record<ReportStatus, string>> = {
  queued: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const MAIL_STATUS_TEXT: Readonly<Record<ReportMailStatus, string>> = {
  waiting: 'Waiting',
  sending: 'Being sent',
  sent: 'Sent',
  unconfirmed: 'Unconfirmed',
  failed: 'Failed',
  bounced: 'Bounced',
  complained: 'Marked as spam',
};

/** A run in words, for a sentence: `Daily orders of 21 Nov 2026`. */
export function reportName(
  { kind, from, timeZone }: Pick<Report, 'kind' | 'from' | 'timeZone'>,
  locale?: string,
): string {
  const title = REPORT_TITLE[kind];
  return kind === 'daily' && from !== null
    ? `${title} of ${formatDay(from, timeZone, locale)}`
    : title;
}

/** How far a run is, by the rows of its CSV. */
export function progressText({ rows, total }: Report['progress'], locale?: string): string {
  const written = rows.toLocaleString(locale);
  return total === null
    ? `${written} rows`
    : `${written} of ${total.toLocaleString(locale)} ${total === 1 ? 'row' : 'rows'}`;
}
