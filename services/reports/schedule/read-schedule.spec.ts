import type { PutReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { reportScheduleSchema } from '@ordercast/contract/report-schedule.ts';
import { describe, expect, it, test } from 'vitest';
import { InvalidSchedule, readSchedule } from './read-schedule.ts';
import type { ScheduleRecord } from './schedule-record.ts';
import { shownSchedule } from './shown-schedule.ts';

const NOW = Date.parse('2026-11-28T07:00:00Z');
const ENTERED: PutReportSchedule = {
  kind: 'daily',
  expression: ' cron(0  8 * * ? *)',
  timeZone: 'europe/berlin',
  recipients: ['Ada@example.com'],
};

describe('a schedule that is entered', () => {
  it('is kept in one form, enabled unless it says otherwise', () => {
    expect(readSchedule(ENTERED, NOW)).toEqual({
      content: {
        kind: 'daily',
        expression: 'cron(0 8 * * ? *)',
        timeZone: 'Europe/Berlin',
        period: null,
        gzip: false,
        enabled: true,
      },
      addresses: ['ada@example.com'],
    });
  });

  it('names all of its faults at once, each with its field', () => {
    const wrong: PutReportSchedule = {
      kind: 'export',
      expression: 'cron(0 8 * * * *)',
      timeZone: '+01:00',
      recipients: ['ada@example.com', 'eve'],
    };
    expect(errorsOf(wrong).map(({ path }) => path)).toEqual([
      'expression',
      'timeZone',
      'recipients.1',
      'period',
    ]);
  });

  test.each<[Partial<PutReportSchedule>, string, string]>([
    [
      { expression: 'at(2026-11-28T07:59:59)' },
      'expression',
      'is past, or a time that Europe/Berlin skips',
    ],
    [
      { expression: 'at(2027-03-28T02:30:00)' },
      'expression',
      'is past, or a time that Europe/Berlin skips',
    ],
    [{ expression: 'cron(0 0 31 2 ? *)' }, 'expression', 'has no time to come'],
    [{ period: 'week' }, 'period', 'leave it out of a daily report'],
    [{ gzip: true }, 'gzip', 'leave it out of a daily report'],
    [{ kind: 'ageing', gzip: true }, 'gzip', 'leave it out of an ageing report'],
    [{ kind: 'export' }, 'period', 'must be day, week or month'],
  ])('%j is refused', (changes, path, message) => {
    const [error, ...more] = errorsOf({ ...ENTERED, ...changes });
    expect(error?.path).toBe(path);
    expect(error?.message).toContain(message);
    expect(more).toEqual([]);
  });

  it('may have no time to come while it is disabled', () => {
    const past = { ...ENTERED, expression: 'at(2026-01-01T00:00:00)', enabled: false };
    expect(readSchedule(past, NOW).content.enabled).toBe(false);
  });
});

describe('a schedule that is shown', () => {
  const { content } = readSchedule(ENTERED, NOW);
  const kept: ScheduleRecord = {
    ...content,
    id: 'daily-orders',
    recipients: [],
    version: 2,
    updatedBy: 'alex',
    updatedAt: Date.parse('2026-11-28T06:50:00Z'),
    sync: { version: 1, at: NOW, failure: null },
  };

  it('has its next three times, and whether the scheduler follows', () => {
    const shown = shownSchedule(kept, NOW);
    expect(reportScheduleSchema.strict().parse(shown)).toMatchObject({
      nextTimes: ['2026-11-29', '2026-11-30', '2026-12-01'].map((day) => `${day}T07:00:00.000Z`),
      sync: { state: 'waiting', at: '2026-11-28T07:00:00.000Z', failure: null },
    });
  });

  it('counts a rate from when it was saved', () => {
    const [first] = shownSchedule({ ...kept, expression: 'rate(1 hour)' }, NOW).nextTimes;
    expect(first).toBe('2026-11-28T07:50:00.000Z');
  });

  it('has no next times while it is disabled', () => {
    expect(shownSchedule({ ...kept, enabled: false }, NOW).nextTimes).toEqual([]);
  });
});

function errorsOf(entered: PutReportSchedule) {
  try {
    readSchedule(entered, NOW);
  } catch (error) {
    if (error instanceof InvalidSchedule) return error.errors;
    throw error;
  }
  return [];
}
