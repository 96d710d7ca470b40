import { readCronField } from './cron-field.ts';
import { readDayOfMonth, readDayOfWeek } from './cron-day.ts';
import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';

/** `15 10 ? * 6L 2022-2023` in the dialect of croner. @throws InvalidScheduleExpression */
export function readCron(content: string): string {
  const fields = content === '' ? [] : content.split(' ');
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year, ...more] = fields;
  if (
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined ||
    more.length > 0
  ) {
    throw new InvalidScheduleExpression(
      `cron has six fields, and here are ${fields.length}: write cron(minutes hours day-of-month month day-of-week year), such as cron(0 8 * * ? *).`,
    );
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new InvalidScheduleExpression(
      'Exactly one of day-of-month and day-of-week is ?: write cron(0 8 1 * ? *) for a day of the month, or cron(0 8 ? * MON *) for a day of the week.',
    );
  }
  return [
    '0',
    readCronField('minutes', minutes),
    readCronField('hours', hours),
    readDayOfMonth(dayOfMonth),
    readCronField('month', month),
    readDayOfWeek(dayOfWeek),
    readCronField('year', year),
  ].join(' ');
}
