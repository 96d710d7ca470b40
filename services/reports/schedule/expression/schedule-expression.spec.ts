import { describe, expect, test } from 'vitest';
import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';
import { nextTimes } from './next-times.ts';
import { parseScheduleExpression } from './schedule-expression.ts';

/** The next three times as UTC, seen from the first moment of November 2026, a Sunday. */
function next(text: string, timeZone = 'UTC', after = '2026-11-01T00:00:00Z'): string[] {
  const times = nextTimes(parseScheduleExpression(text), timeZone, Date.parse(after), 3);
  return times.map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'));
}

describe('an expression of the documentation of EventBridge', () => {
  // docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html and
  // docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
  test.each([
    [
      'cron(15 10 ? * 6L 2026-2027)',
      ['2026-11-27T10:15Z', '2026-12-25T10:15Z', '2027-01-29T10:15Z'],
    ],
    ['cron(0 10 * * ? *)', ['2026-11-01T10:00Z', '2026-11-02T10:00Z', '2026-11-03T10:00Z']],
    ['cron(15 12 * * ? *)', ['2026-11-01T12:15Z', '2026-11-02T12:15Z', '2026-11-03T12:15Z']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-11-02T18:00Z', '2026-11-03T18:00Z', '2026-11-04T18:00Z']],
    ['cron(0 8 ? * TUE,WED *)', ['2026-11-03T08:00Z', '2026-11-04T08:00Z', '2026-11-10T08:00Z']],
    ['cron(0 8 1 * ? *)', ['2026-11-01T08:00Z', '2026-12-01T08:00Z', '2027-01-01T08:00Z']],
    ['cron(0/15 * * * ? *)', ['2026-11-01T00:15Z', '2026-11-01T00:30Z', '2026-11-01T00:45Z']],
    ['cron(0/10 * ? * MON-FRI *)', ['2026-11-02T00:00Z', '2026-11-02T00:10Z', '2026-11-02T00:20Z']],
    [
      'cron(0/5 8-17 ? * MON-FRI *)',
      ['2026-11-02T08:00Z', '2026-11-02T08:05Z', '2026-11-02T08:10Z'],
    ],
    ['cron(0/30 20-2 ? * MON-FRI *)', InvalidScheduleExpression],
    ['cron(0 9 ? * 2#1 *)', ['2026-11-02T09:00Z', '2026-12-07T09:00Z', '2027-01-04T09:00Z']],
    ['cron(0 9 ? * 3#2 *)', ['2026-11-10T09:00Z', '2026-12-08T09:00Z', '2027-01-12T09:00Z']],
    ['cron(0 9 L * ? *)', ['2026-11-30T09:00Z', '2026-12-31T09:00Z', '2027-01-31T09:00Z']],
    ['cron(0 9 ? * L *)', ['2026-11-07T09:00Z', '2026-11-14T09:00Z', '2026-11-21T09:00Z']],
    // The 3rd of January 2027 is a Sunday, so the nearest weekday is Monday.
    ['cron(0 9 3W * ? *)', ['2026-11-03T09:00Z', '2026-12-03T09:00Z', '2027-01-04T09:00Z']],
    ['cron(0 9 LW * ? *)', ['2026-11-30T09:00Z', '2026-12-31T09:00Z', '2027-01-29T09:00Z']],
    [
      'cron(1/10 0 1 JAN,FEB,MAR ? *)',
      ['2027-01-01T00:01Z', '2027-01-01T00:11Z', '2027-01-01T00:21Z'],
    ],
    ['rate(5 minutes)', ['2026-11-01T00:05Z', '2026-11-01T00:10Z', '2026-11-01T00:15Z']],
    ['rate(1 hour)', ['2026-11-01T01:00Z', '2026-11-01T02:00Z', '2026-11-01T03:00Z']],
    ['rate(7 days)', ['2026-11-08T00:00Z', '2026-11-15T00:00Z', '2026-11-22T00:00Z']],
    ['at(2026-11-20T13:00:00)', ['2026-11-20T13:00Z']],
  ])('%s', (text, expected) => {
    if (Array.isArray(expected)) expect(next(text)).toEqual(expected);
    else expect(() => next(text)).toThrow(expected);
  });
});

describe('a fault is named, with what to write', () => {
  test.each([
    ['', 'Write cron('],
    ['0 8 * * ? *', 'Write cron('],
    ['CRON(0 8 * * ? *)', 'Write cron('],
    ['cron(0 8 * * ?)', 'cron has six fields, and here are 5: write cron(minutes hours'],
    ['cron(0 0 8 * * ? *)', 'here are 7'],
    ['cron()', 'here are 0'],
    ['cron(0 8 * * * *)', 'Exactly one of day-of-month and day-of-week is ?'],
    ['cron(0 8 ? * ? *)', 'Exactly one of day-of-month and day-of-week is ?'],
    ['cron(0 8 1 * MON *)', 'Exactly one of day-of-month and day-of-week is ?'],
    ['cron(60 8 * * ? *)', 'In the field minutes, "60" is not from 0 to 59: write for example 0,'],
    ['cron(0 24 * * ? *)', 'In the field hours, "24" is not from 0 to 23'],
    ['cron(0 ? * * ? *)', 'In the field hours, "?" is not'],
    ['cron(0 8 0 * ? *)', 'In the field day-of-month, "0" is not from 1 to 31'],
    ['cron(0 8 32 * ? *)', 'In the field day-of-month, "32"'],
    ['cron(0 8 32W * ? *)', '15W for the weekday nearest to the 15th'],
    ['cron(0 8 L-3 * ? *)', 'write L for the last day of the month'],
    ['cron(0 8 1,L * ? *)', 'each alone'],
    ['cron(0 8 1 13 ? *)', 'In the field month, "13" is not from 1 to 12 or JAN to DEC'],
    ['cron(0 8 1 Jan ? *)', '"Jan" is not from 1 to 12 or JAN to DEC'],
    ['cron(0 8 ? * 0 *)', '"0" is not from 1 to 7 or SUN to SAT'],
    ['cron(0 8 ? * 8L *)', "write 6L for the month's last Friday"],
    ['cron(0 8 ? * 3#6 *)', '3#2 for its second Tuesday'],
    ['cron(0 8 ? * 3#1,6#3 *)', 'each alone'],
    ['cron(0 8 ? * 2/2 *)', 'write the days as a list'],
    ['cron(0 8 ? * FRI-MON *)', 'the range "FRI-MON" ends before it begins; split it in two'],
    ['cron(0 8 * * ? 1969)', 'In the field year, "1969" is not from 1970 to 2199'],
    ['cron(0 8 * * ? 2200)', 'In the field year, "2200"'],
    ['cron(0/0 8 * * ? *)', 'the step "0" is not a number from 1 to 59'],
    ['cron(0/60 8 * * ? *)', 'the step "60"'],
    ['cron(0/5/5 8 * * ? *)', 'has more than one /'],
    ['cron(1-2-3 8 * * ? *)', 'has more than one -'],
    ['cron(*,5 8 * * ? *)', '* stands alone'],
    ['cron(5, 8 * * ? *)', '"" is not from 0 to 59'],
    ['cron(-5 8 * * ? *)', '"" is not from 0 to 59'],
    ['rate(5 minute)', 'Write rate(5 minutes).'],
    ['rate(1 hours)', 'Write rate(1 hour), without an s.'],
    ['rate(0 minutes)', 'A rate is a whole number from 1'],
    ['rate(1.5 hours)', 'A rate is a whole number from 1'],
    ['rate(30 seconds)', 'A rate is a whole number from 1 and a unit: write rate(5 minutes)'],
    ['at(2026-11-20T13:00:00Z)', 'and no zone: write at('],
    ['at(2026-11-20 13:00:00)', 'write at(2026-12-31T18:00:00)'],
    ['at(2026-11-20T13:00)', 'seconds'],
    ['at(2026-11-20T24:00:00)', 'A single time'],
    ['at(2026-11-20T23:00:60)', 'A single time'],
    ['at(2026-02-29T13:00:00)', 'The calendar has no 2026-02-29'],
    ['at(2200-01-01T00:00:00)', 'from 1970 to 2199'],
    [`cron(${'0,'.repeat(50)}0 8 * * ? *)`, 'at most 100 characters'],
  ])('%s', (text, message) => {
    expect(() => parseScheduleExpression(text)).toThrow(InvalidScheduleExpression);
    expect(() => parseScheduleExpression(text)).toThrow(message);
  });
});

test('blanks around and between are written once', () => {
  expect(parseScheduleExpression('  cron(0  8 * * ?   *) ').text).toBe('cron(0 8 * * ? *)');
});

describe('where the clocks change', () => {
  test('a time that spring skips does not run, and the next day it does', () => {
    expect(next('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-03-28T00:00:00Z')).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-30T00:30Z',
      '2026-03-31T00:30Z',
    ]);
  });

  test('a time that autumn shows twice runs the first time alone', () => {
    expect(next('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00:00Z')).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
      '2026-10-27T01:30Z',
    ]);
  });

  test('an hourly schedule leaves out the repeated hour', () => {
    expect(next('cron(0 * * * ? *)', 'America/New_York', '2026-11-01T04:30:00Z')).toEqual([
      '2026-11-01T05:00Z',
      '2026-11-01T07:00Z',
      '2026-11-01T08:00Z',
    ]);
  });

  test('seen from the second pass of the repeated hour, its times have been', () => {
    const [first] = next('cron(0/15 * * * ? *)', 'Europe/Berlin', '2026-10-25T01:20:00Z');
    expect(first).toBe('2026-10-25T02:00Z');
  });

  test('a single time that spring skips has no time at all', () => {
    expect(next('at(2026-03-29T02:30:00)', 'Europe/Berlin', '2026-01-01T00:00:00Z')).toEqual([]);
  });

  test('a single time that autumn shows twice is the first', () => {
    expect(next('at(2026-11-01T01:30:00)', 'America/New_York')).toEqual(['2026-11-01T05:30Z']);
  });

  test('a day of a rate is 24 hours', () => {
    const start = Date.parse('2026-03-28T11:00:00Z');
    const daily = parseScheduleExpression('rate(1 day)');
    expect(nextTimes(daily, 'Europe/Berlin', start - 1, 2, start)).toEqual([
      start,
      start + 86_400_000,
    ]);
  });

  test('a time that never comes ends the search', () => {
    expect(next('cron(0 0 31 2 ? *)')).toEqual([]);
    expect(next('cron(30 2 ? 3 1L *)', 'Europe/Berlin')).toEqual([]);
    expect(next('cron(0 0 1 1 ? 2020)')).toEqual([]);
  });
});

test('an unknown zone is refused', () => {
  expect(() => next('cron(0 8 * * ? *)', 'Europe/Atlantis')).toThrow(RangeError);
});
