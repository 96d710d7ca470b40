import { Temporal } from 'temporal-polyfill';
import { dayAt, dayBefore, dayOf } from '../period/calendar-day.ts';
import type { AskedScope } from '../run/report-run.ts';
import type { ScheduleContent } from './schedule-record.ts';

/**
 * What a schedule's run at `scheduledTime` (epoch ms) is of: the daily report of the day before it in the
 * schedule's zone, the ageing of what is open then, an export of the day, the week from Monday to Sunday or
 * the month before. @throws InvalidTimeZone
 */
export function scheduledPeriod(
  { kind, timeZone, period, gzip }: Pick<ScheduleContent, 'kind' | 'timeZone' | 'period' | 'gzip'>,
  scheduledTime: number,
): AskedScope {
  const scope = { kind, timeZone, gzip: kind === 'export' && gzip };
  switch (kind) {
    case 'daily':
      return { ...scope, ...periodBefore('day', timeZone, scheduledTime) };
    case 'ageing':
      // All that is open, whenever it was placed.
      return { ...scope, from: 0, to: scheduledTime };
    case 'export':
      return { ...scope, ...periodBefore(period ?? 'day', timeZone, scheduledTime) };
  }
}

function periodBefore(
  period: 'day' | 'week' | 'month',
  timeZone: string,
  time: number,
): { from: number; to: number } {
  const today = dayAt(time, timeZone);
  if (period === 'day') {
    const { from, to } = dayBefore(today);
    return { from, to };
  }
  const date = Temporal.PlainDate.from(today.date);
  const [first, length] =
    period === 'week'
      ? [date.subtract({ days: date.dayOfWeek - 1 }), { days: 7 }]
      : [date.with({ day: 1 }), { months: 1 }];
  const start = (of: Temporal.PlainDate) => dayOf(of.toString(), timeZone).from;
  return { from: start(first.subtract(length)), to: start(first) };
}
