import { describe, expect, it } from 'vitest';
import { dayAfter, dayAt, startOfDay } from './zone-day.ts';

const begins = (day: string, timeZone: string) => new Date(startOfDay(day, timeZone)).toISOString();

describe('a day of a time zone', () => {
  it.each([
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
    ['2026-07-21', 'Europe/Berlin', '2026-07-20T22:00:00.000Z'],
    ['2026-11-21', 'Pacific/Kiritimati', '2026-11-20T10:00:00.000Z'],
    ['2026-11-21', 'Pacific/Pago_Pago', '2026-11-21T11:00:00.000Z'],
    ['2026-11-21', 'Asia/Kathmandu', '2026-11-20T18:15:00.000Z'],
    // Of 23 hours, and of 25.
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    // Clocks go from 0:00 to 1:00: midnight is not there.
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
    // A day that is not there ends where the next begins.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s of %s begins at %s', (day, timeZone, instant) => {
    expect(begins(day, timeZone)).toBe(instant);
  });

  it('is the one that the calendar of the zone shows', () => {
    const instant = Date.parse('2026-11-21T10:30:00.000Z');
    expect(dayAt(instant, 'Pacific/Kiritimati')).toBe('2026-11-22');
    expect(dayAt(instant, 'Pacific/Pago_Pago')).toBe('2026-11-20');
  });

  it('has another before and after it, over the end of a month', () => {
    expect([dayAfter('2026-02-28'), dayAfter('2027-01-01', -1)]).toEqual([
      '2026-03-01',
      '2026-12-31',
    ]);
  });
});
