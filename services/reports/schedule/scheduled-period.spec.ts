import { expect, test } from 'vitest';
import { scheduledPeriod } from './scheduled-period.ts';

type Asked = Parameters<typeof scheduledPeriod>[0];
const DAILY: Asked = { kind: 'daily', timeZone: 'UTC', period: null, gzip: false };
const EXPORT: Asked = { ...DAILY, kind: 'export' };

// The 28th of November 2026 is a Saturday.
test.each<[string, Asked, string, string, string]>([
  ['the day before', DAILY, '2026-11-28T06:00Z', '2026-11-27T00:00Z', '2026-11-28T00:00Z'],
  [
    'at midnight, the day that ends',
    DAILY,
    '2026-11-28T00:00Z',
    '2026-11-27T00:00Z',
    '2026-11-28T00:00Z',
  ],
  [
    "the zone's day, not that of UTC",
    { ...DAILY, timeZone: 'Asia/Kathmandu' },
    '2026-11-28T20:00Z',
    '2026-11-27T18:15Z',
    '2026-11-28T18:15Z',
  ],
  [
    'a day of 23 hours',
    { ...DAILY, timeZone: 'Europe/Berlin' },
    '2026-03-30T06:00Z',
    '2026-03-28T23:00Z',
    '2026-03-29T22:00Z',
  ],
  [
    'a day of 25 hours',
    { ...DAILY, timeZone: 'Europe/Berlin' },
    '2026-10-26T07:00Z',
    '2026-10-24T22:00Z',
    '2026-10-25T23:00Z',
  ],
  [
    'what is open then',
    { ...DAILY, kind: 'ageing' },
    '2026-11-28T06:00Z',
    '1970-01-01T00:00Z',
    '2026-11-28T06:00Z',
  ],
  [
    'an export of the day before',
    { ...EXPORT, period: 'day' },
    '2026-11-28T06:00Z',
    '2026-11-27T00:00Z',
    '2026-11-28T00:00Z',
  ],
  [
    'the week before, on a Saturday',
    { ...EXPORT, period: 'week' },
    '2026-11-28T06:00Z',
    '2026-11-16T00:00Z',
    '2026-11-23T00:00Z',
  ],
  [
    'the week before, on a Monday',
    { ...EXPORT, period: 'week' },
    '2026-11-30T00:00Z',
    '2026-11-23T00:00Z',
    '2026-11-30T00:00Z',
  ],
  [
    'the week before, on a Sunday',
    { ...EXPORT, period: 'week' },
    '2026-11-29T23:59Z',
    '2026-11-16T00:00Z',
    '2026-11-23T00:00Z',
  ],
  [
    'a week in which clocks change',
    { ...EXPORT, period: 'week', timeZone: 'America/New_York' },
    '2026-11-02T12:00Z',
    '2026-10-26T04:00Z',
    '2026-11-02T05:00Z',
  ],
  [
    'the month before',
    { ...EXPORT, period: 'month' },
    '2026-11-28T06:00Z',
    '2026-10-01T00:00Z',
    '2026-11-01T00:00Z',
  ],
  [
    'the month before, over a year',
    { ...EXPORT, period: 'month' },
    '2027-01-01T00:00Z',
    '2026-12-01T00:00Z',
    '2027-01-01T00:00Z',
  ],
  [
    'the month before, from a 31st',
    { ...EXPORT, period: 'month' },
    '2026-03-31T12:00Z',
    '2026-02-01T00:00Z',
    '2026-03-01T00:00Z',
  ],
])('%s', (_, schedule, time, from, to) => {
  const { kind, timeZone, gzip } = schedule;
  expect(scheduledPeriod(schedule, Date.parse(time))).toEqual({
    kind,
    timeZone,
    gzip,
    from: Date.parse(from),
    to: Date.parse(to),
  });
});

test('only an export is packed', () => {
  const time = Date.parse('2026-11-28T06:00Z');
  expect(scheduledPeriod({ ...EXPORT, period: 'day', gzip: true }, time).gzip).toBe(true);
  expect(scheduledPeriod({ ...DAILY, gzip: true }, time).gzip).toBe(false);
});
