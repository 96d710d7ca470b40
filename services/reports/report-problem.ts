import { HttpProblem, notFound } from '../http/problem.ts';

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
