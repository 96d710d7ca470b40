import { Temporal } from 'temporal-polyfill';
import { timeZoneName } from './time-zone.ts';

/** A day of a time zone: of 23 or 25 hours, where its clocks are put forward or back. */
export interface CalendarDay {
  /** `2026-11-21` */
  date: string;
  /** As the IANA database writes it. */
  timeZone: string;
  /** Epoch ms, `[from, to)`: the days of a zone follow each other without gap and overlap. */
  from: number;
  to: number;
}

/** A text is no date of the calendar. */
export class InvalidDate extends Error {
  override name = 'InvalidDate';
}

/** The calendar of a time zone has left a day out, as those of Samoa did in 2011. */
export class SkippedDay extends Error {
  override name = 'SkippedDay';
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Since then every zone is whole quarters of an hour away from UTC; Liberia came last. */
const FIRST_YEAR = 1973;
/** The day after the last one is still an instant that both databases keep. */
const LAST_YEAR = 9998;

/**
 * The day of that date in a time zone. It begins with its first instant, which is not midnight
 * where the clocks skip it. @throws InvalidDate, SkippedDay, InvalidTimeZone
 */
export function dayOf(date: string, timeZone: string): CalendarDay {
  const zone = timeZoneName(timeZone);
  return dayOn(parseDate(date), zone);
}

/** The day of a time zone that an instant lies in, epoch ms, of whatever year. @throws InvalidTimeZone */
export function dayAt(instant: number, timeZone: string): CalendarDay {
  const zone = timeZoneName(timeZone);
  const local = localDate(instant, zone);
  const day = dayOn(local, zone);
  // Clocks put back after midnight show the day before once more; that hour is of the new day.
  return instant < day.to ? day : dayOn(local.add({ days: 1 }), zone);
}

/** The last day before one; not of the date before, where the zone's calendar left that out. */
export function dayBefore({ from, timeZone }: CalendarDay): CalendarDay {
  return dayAt(from - 1, timeZone);
}

/** The same day of the week before; undefined where the zone's calendar left it out. */
export function dayAWeekBefore({ date, timeZone }: CalendarDay): CalendarDay | undefined {
  try {
    return dayOn(Temporal.PlainDate.from(date).subtract({ days: 7 }), timeZone);
  } catch (error) {
    if (error instanceof SkippedDay) return undefined;
    throw error;
  }
}

/** Of any year: what is asked of people is bounded where it is read. @throws SkippedDay */
function dayOn(date: Temporal.PlainDate, zone: string): CalendarDay {
  const start = date.toZonedDateTime(zone);
  if (!start.toPlainDate().equals(date)) {
    throw new SkippedDay(
      `${date.toString()} is no day in ${zone}, whose calendar left it out: choose another day`,
    );
  }
  const next = date.add({ days: 1 }).toZonedDateTime(zone);
  return {
    date: date.toString(),
    timeZone: zone,
    from: start.epochMilliseconds,
    to: next.epochMilliseconds,
  };
}

function localDate(instant: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate();
}

function parseDate(text: string): Temporal.PlainDate {
  if (!DATE.test(text)) {
    throw new InvalidDate(`${JSON.stringify(text.slice(0, 40))} is no date: write 2026-11-21`);
  }
  let date: Temporal.PlainDate;
  try {
    date = Temporal.PlainDate.from(text);
  } catch {
    throw new InvalidDate(`${text} is not in the calendar: write a date such as 2026-11-21`);
  }
  if (date.year < FIRST_YEAR || date.year > LAST_YEAR) {
    throw new InvalidDate(`${text} is out of range: choose a day of ${FIRST_YEAR} to ${LAST_YEAR}`);
  }
  return date;
}
