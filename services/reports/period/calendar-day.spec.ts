import { describe, expect, it } from 'vitest';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import {
  InvalidDate,
  SkippedDay,
  dayAWeekBefore,
  dayAt,
  dayBefore,
  dayOf,
} from './calendar-day.ts';
import { InvalidTimeZone } from './time-zone.ts';

const HOUR_MS = 3_600_000;

function hoursOf(date: string, timeZone: string): number {
  const { from, to } = dayOf(date, timeZone);
  return (to - from) / HOUR_MS;
}

describe('a day of a time zone', () => {
  it.each([
    ['2026-11-21', 'UTC', '2026-11-21T00:00Z', 24],
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00Z', 24],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00Z', 23],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00Z', 25],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00Z', 23],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00Z', 25],
    // Clocks that skip midnight: the day begins at one.
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00Z', 23],
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00Z', 23],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00Z', 23],
    // Clocks put back at midnight: the day before has its last hour twice.
    ['2026-10-24', 'Asia/Beirut', '2026-10-23T21:00Z', 25],
    ['2026-10-25', 'Asia/Beirut', '2026-10-24T22:00Z', 24],
    ['2026-04-04', 'America/Santiago', '2026-04-04T03:00Z', 25],
    // By half an hour, and by a quarter away from UTC.
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-04T13:00Z', 24.5],
    ['2026-10-04', 'Australia/Lord_Howe', '2026-10-03T13:30Z', 23.5],
    ['2026-09-27', 'Pacific/Chatham', '2026-09-26T11:15Z', 23],
    ['2026-11-21', 'Asia/Kathmandu', '2026-11-20T18:15Z', 24],
    // Before and after the one that Samoa left out.
    ['2011-12-29', 'Pacific/Apia', '2011-12-29T10:00Z', 24],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00Z', 24],
  ])('%s in %s begins at %s and has %d hours', (date, timeZone, start, hours) => {
    expect(dayOf(date, timeZone)).toMatchObject({ date, timeZone, from: Date.parse(start) });
    expect(hoursOf(date, timeZone)).toBe(hours);
  });

  it.each(['Pacific/Apia', 'Pacific/Fakaofo'])('that %s left out is refused by name', (zone) => {
    expect(() => dayOf('2011-12-30', zone)).toThrow(SkippedDay);
    expect(() => dayOf('2011-12-30', zone)).toThrow(`2011-12-30 is no day in ${zone}`);
  });

  it.each([
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-11-31',
    '1972-12-31',
    '9999-01-01',
    '0000-01-01',
  ])('of %s is refused', (date) => {
    expect(() => dayOf(date, 'UTC')).toThrow(InvalidDate);
  });

  it.each([
    '',
    '2026-1-1',
    '20261121',
    '2026-11-21T00:00Z',
    ' 2026-11-21',
    '2026-11-21\n',
    'today',
  ])('of %j is refused with a date to write', (date) => {
    expect(() => dayOf(date, 'UTC')).toThrow(/is no date: write 2026-11-21$/);
  });

  it('is of a zone that there is, whose name it keeps as the database writes it', () => {
    expect(() => dayOf('2026-11-21', 'Europe/Atlantis')).toThrow(InvalidTimeZone);
    expect(dayOf('2026-11-21', 'europe/berlin').timeZone).toBe('Europe/Berlin');
    expect(hoursOf('2028-02-29', 'UTC')).toBe(24);
  });

  it.each(Array.from({ length: 10 }, (_, index) => index + 1))(
    'follows the one before without gap or overlap, and holds its instants (seed %d)',
    (seed) => {
      const random = seededRandom(seed);
      const zones = Intl.supportedValuesOf('timeZone');
      const zone = zones[Math.floor(random() * zones.length)] ?? 'UTC';
      let day = dayAt(Date.UTC(1974, 0, 1) + Math.floor(random() * 60 * 365 * 24 * HOUR_MS), zone);
      for (let days = 0; days < 200; days += 1) {
        const before = dayBefore(day);
        expect({ zone, of: day.date, to: before.to }).toEqual({ zone, of: day.date, to: day.from });
        const inside = day.from + Math.floor(random() * (day.to - day.from));
        for (const instant of [day.from, inside, day.to - 1]) {
          expect(dayAt(instant, zone)).toEqual(day);
        }
        day = before;
      }
    },
  );
});

describe('the days that one is compared with', () => {
  it('are the day before and the same day of the week before, each of its own length', () => {
    const day = dayOf('2026-11-01', 'Europe/Berlin');
    expect(dayBefore(day)).toEqual(dayOf('2026-10-31', 'Europe/Berlin'));
    expect(dayAWeekBefore(day)).toEqual(dayOf('2026-10-25', 'Europe/Berlin'));
    expect(dayBefore(dayOf('2026-03-01', 'UTC')).date).toBe('2026-02-28');
    expect(dayAWeekBefore(dayOf('2026-01-03', 'UTC'))?.date).toBe('2025-12-27');
  });

  it('are the last one that there was, and none, where the calendar left a day out', () => {
    expect(dayBefore(dayOf('2011-12-31', 'Pacific/Apia')).date).toBe('2011-12-29');
    expect(dayAWeekBefore(dayOf('2012-01-06', 'Pacific/Apia'))).toBeUndefined();
  });

  it('are there also before the first day that a report can be of', () => {
    const first = dayOf('1973-01-01', 'Europe/Berlin');
    expect(dayBefore(first).date).toBe('1972-12-31');
    expect(dayAWeekBefore(first)?.date).toBe('1972-12-25');
  });

  it('are those around an hour that is shown again after midnight', () => {
    const zone = 'America/St_Johns';
    const day = dayOf('2006-10-29', zone);
    expect(hoursOf('2006-10-29', zone)).toBe(25);
    // 23:30 of the 28th, for the second time.
    expect(dayAt(Date.parse('2006-10-29T03:00Z'), zone)).toEqual(day);
    expect(dayBefore(day)).toEqual(dayOf('2006-10-28', zone));
  });
});
