import { describe, expect, it } from 'vitest';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { dayAt, dayOf } from './calendar-day.ts';
import { hourOfQuarter, hoursOfDay } from './hours-of-day.ts';

const QUARTER_MS = 900_000;

const labels = (date: string, zone: string) =>
  hoursOfDay(dayOf(date, zone)).map(({ label }) => label);

describe('the hours of a day', () => {
  it('are 24, and 23 where one is skipped', () => {
    expect(labels('2026-11-21', 'Europe/Berlin')).toHaveLength(24);
    expect(labels('2026-11-21', 'Asia/Kathmandu').slice(0, 2)).toEqual(['00:00', '01:00']);
    expect(labels('2026-03-29', 'Europe/Berlin').slice(0, 4)).toEqual([
      '00:00',
      '01:00',
      '03:00',
      '04:00',
    ]);
    expect(labels('2026-03-29', 'Asia/Beirut')).toHaveLength(23);
    expect(labels('2026-03-29', 'Asia/Beirut')[0]).toBe('01:00');
    expect(labels('2026-09-06', 'America/Santiago')[0]).toBe('01:00');
  });

  it('are 25 where one comes twice, and those two say their offset', () => {
    expect(labels('2026-10-25', 'Europe/Berlin').slice(1, 5)).toEqual([
      '01:00',
      '02:00+02:00',
      '02:00+01:00',
      '03:00',
    ]);
    expect(labels('2026-10-25', 'Europe/Berlin')).toHaveLength(25);
    expect(labels('2026-10-24', 'Asia/Beirut').slice(-2)).toEqual(['23:00+03:00', '23:00+02:00']);
    expect(labels('2026-04-04', 'America/Santiago').slice(-2)).toEqual([
      '23:00-03:00',
      '23:00-04:00',
    ]);
  });

  it('are cut where the clocks change by half an hour', () => {
    expect(labels('2026-04-05', 'Australia/Lord_Howe').slice(0, 4)).toEqual([
      '00:00',
      '01:00+11:00',
      '01:30+10:30',
      '02:00',
    ]);
    expect(labels('2026-10-04', 'Australia/Lord_Howe').slice(1, 4)).toEqual([
      '01:00',
      '02:30',
      '03:00',
    ]);
  });

  it('are cut where they change a minute after midnight', () => {
    expect(labels('2006-10-29', 'America/St_Johns').slice(0, 4)).toEqual([
      '00:00-02:30',
      '23:01-03:30',
      '00:00-03:30',
      '01:00',
    ]);
  });

  it.each(Array.from({ length: 10 }, (_, index) => index + 1))(
    'have labels of their own and fill the day, whole quarters since 2012 (seed %d)',
    (seed) => {
      const random = seededRandom(seed);
      const zones = Intl.supportedValuesOf('timeZone');
      for (let count = 0; count < 50; count += 1) {
        const zone = zones[Math.floor(random() * zones.length)] ?? 'UTC';
        const day = dayAt(
          Date.UTC(2012, 0, 1) + Math.floor(random() * 20 * 365 * 86_400_000),
          zone,
        );
        const hours = hoursOfDay(day);
        expect(new Set(hours.map(({ label }) => label)).size).toBe(hours.length);
        expect([hours[0]?.from, hours.at(-1)?.to]).toEqual([day.from, day.to]);
        for (const [index, { from, to }] of hours.entries()) {
          expect(from).toBe(hours[index - 1]?.to ?? day.from);
          expect([from % QUARTER_MS, to > from]).toEqual([0, true]);
          expect(hourOfQuarter(hours, from / QUARTER_MS)).toBe(index);
          expect(hourOfQuarter(hours, to / QUARTER_MS - 1)).toBe(index);
        }
        expect(hourOfQuarter(hours, day.to / QUARTER_MS)).toBe(-1);
      }
    },
  );
});
