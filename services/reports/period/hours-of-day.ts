import { Temporal } from 'temporal-polyfill';
import type { CalendarDay } from './calendar-day.ts';

/** An hour on the clocks of a time zone, or the part of one that they show before or after a change. */
export interface HourOfDay {
  /** Epoch ms, `[from, to)`; whole quarters of an hour since Newfoundland last changed a minute after midnight, in 2011. */
  from: number;
  to: number;
  /** `14:00`; with its offset, as in `02:00+01:00`, where the day has that hour twice. */
  label: string;
}

const QUARTER_MS = 15 * 60 * 1000;

/**
 * The hours of a day in their order: 24, or 23 and 25 of them where clocks change by an hour. Where
 * they change by half an hour, one of them is the half that is skipped to, or shown again.
 */
export function hoursOfDay({ from, to, timeZone }: CalendarDay): HourOfDay[] {
  const starts: Temporal.ZonedDateTime[] = [];
  for (
    let start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
    start.epochMilliseconds < to;
    start = nextStart(start)
  ) {
    starts.push(start);
  }
  return starts.map((start, index) => {
    const isRepeated = starts.some((other) => other !== start && other.hour === start.hour);
    return {
      from: start.epochMilliseconds,
      to: starts[index + 1]?.epochMilliseconds ?? to,
      label:
        start.toPlainTime().toString({ smallestUnit: 'minute' }) + (isRepeated ? start.offset : ''),
    };
  });
}

/** The next whole hour on the clock, or the change of the clocks, whichever comes first. */
function nextStart(start: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const restOfHour = 60 - start.minute;
  const hour = start.add({ minutes: restOfHour });
  const change = start.getTimeZoneTransition('next');
  return change !== null && change.epochMilliseconds < hour.epochMilliseconds ? change : hour;
}

/** The place in `hours` of the one that a quarter of an hour lies in, which is counted from 1970 in UTC. */
export function hourOfQuarter(hours: readonly HourOfDay[], quarter: number): number {
  const instant = quarter * QUARTER_MS;
  return hours.findIndex(({ from, to }) => from <= instant && instant < to);
}
