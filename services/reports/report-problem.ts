import type { ReportFormat } from '@ordercast/contract/report.ts';
import { HttpProblem, notFound, unavailable } from '../http/problem.ts';

export function reportNotFound(): HttpProblem {
  return notFound('There is no such report.');
}

/** 410: the run is known, its files are kept no longer. */
export function filesGone(): HttpProblem {
  return new HttpProblem({
    status: 410,
    code: 'report-gone',
    title: 'Gone',
    detail: 'The files of this report are kept no longer. Run it again for the same period.',
  });
}

export function noSuchFile(format: ReportFormat): HttpProblem {
  return notFound(`This report has no ${format.toUpperCase()}.`);
}

const RETRY_AFTER_SECONDS = 5;

export function filesAway(): HttpProblem {
  return unavailable(
    'The files of reports cannot be reached now. Try again soon.',
    RETRY_AFTER_SECONDS,
  );
}
