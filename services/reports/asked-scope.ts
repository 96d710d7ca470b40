import { EARLIEST_INSTANT } from '@ordercast/contract/page.ts';
import type { AskedReport } from '@ordercast/contract/report.ts';
import { badRequest } from '../http/problem.ts';
import { InvalidDate, SkippedDay, dayOf } from './period/calendar-day.ts';
import { InvalidTimeZone } from './period/time-zone.ts';
import type { AskedScope } from './run/report-run.ts';

/**
 * What a request is of, in epoch ms. `timeZone` is meant where none is asked for. Throws a 400 problem where the zone, or the day in
 * it, does not exist.
 */
export function askedScope(
  asked: AskedReport,
  { timeZone, now }: { timeZone: string; now: number },
): AskedScope {
  switch (asked.kind) {
    case 'daily':
      return { ...dayScope(asked.date, asked.timeZone ?? timeZone), gzip: false };
    case 'ageing':
      // Every order that is open, however old.
      return { kind: 'ageing', from: EARLIEST_INSTANT, to: now, timeZone, gzip: false };
    case 'export': {
      const { from, to, gzip = false } = asked;
      return { kind: 'export', from, to, timeZone, gzip };
    }
  }
}

function dayScope(date: string, asked: string) {
  try {
    const { from, to, timeZone } = dayOf(date, asked);
    return { kind: 'daily' as const, from, to, timeZone };
  } catch (error) {
    if (error instanceof InvalidTimeZone) {
      throw badRequest('There is no such time zone.', [
        { path: 'timeZone', message: error.message },
      ]);
    }
    if (error instanceof InvalidDate || error instanceof SkippedDay) {
      throw badRequest('There is no such day.', [{ path: 'date', message: error.message }]);
    }
    throw error;
  }
}
