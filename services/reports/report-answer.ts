import type { Report, ReportDetail, ReportMail } from '@ordercast/contract/report.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import type { Caller } from '../http/route.ts';
import type { RunMail } from './mail/run-mail.ts';
import type { ReportRun } from './run/report-run.ts';
import { runHead } from './run/run-changes.ts';

/** A run as an answer shows it to a caller: nobody by their `sub`. */
export function toReport(run: ReportRun, { sub }: Pick<Caller, 'sub'>): Report {
  const { requestedBy } = run;
  const by = requestedBy && {
    name: requestedBy.name,
    ...(requestedBy.sub === sub && { self: true as const }),
  };
  return { ...runHead(run), by };
}

/** The same with its mails and figures. */
export function toReportDetail(
  run: ReportRun,
  mails: readonly RunMail[],
  caller: Pick<Caller, 'sub'>,
): ReportDetail {
  const figures: unknown = run.figures === null ? null : JSON.parse(run.figures);
  return { ...toReport(run, caller), mails: mails.map(toReportMail), figures };
}

export function toReportMail({ address, status, reason, updatedAt }: RunMail): ReportMail {
  return { address, status, reason, at: isoInstant(updatedAt) };
}
