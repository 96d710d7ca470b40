import type { Report } from '@ordercast/contract/report.ts';
import { isTimeZone } from '../format/day.ts';
import { dayAt, startOfDay } from './zone-day.ts';

interface Settings {
  /** IANA name of the reader's time zone. */
  readerZone: string;
  locale?: string;
}

/**
 * What a run is of, from an instant to another. Whole days, of the reader's zone or else of the run's, are told as such with the last
 * one inclusive, as the form asked for them: `Nov 21 – 27, 2026`, of another zone than the reader's with its name. Anything else is
 * told as instants on the reader's clocks, always with their dates.
 */
export function periodText(
  { from, to, timeZone }: { from: string; to: string } & Pick<Report, 'timeZone'>,
  { readerZone, locale }: Settings,
): string {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const zone = [readerZone, timeZone].find(
    (each) => isStartOfDay(start, each) && isStartOfDay(end, each),
  );
  if (zone === undefined) {
    return new Intl.DateTimeFormat(locale, {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: readerZone,
    }).formatRange(start, end);
  }
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: zone });
  const text = days.formatRange(start, end - 1);
  return zone === readerZone ? text : `${text}, ${zone}`;
}

/** A zone that this browser does not know has no days. */
function isStartOfDay(instantMs: number, timeZone: string): boolean {
  return isTimeZone(timeZone) && startOfDay(dayAt(instantMs, timeZone), timeZone) === instantMs;
}
