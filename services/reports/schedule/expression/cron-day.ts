import { readCronField } from './cron-field.ts';
import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';

/** Which days of the month: with `L`, its last, `LW`, its last weekday, and `15W`, the weekday nearest to the 15th. */
export function readDayOfMonth(text: string): string {
  if (text === '?') return '*';
  if (/^(L|LW|([1-9]|[12]\d|3[01])W)$/.test(text)) return text;
  if (/[LW#]/.test(text)) {
    throw new InvalidScheduleExpression(
      `The day-of-month "${text}" is not understood: write L for the last day of the month, LW for its last weekday, or 15W for the weekday nearest to the 15th, each alone.`,
    );
  }
  return readCronField('day-of-month', text);
}

/** Which days of the week: with `6L`, the month's last Friday, and `3#2`, its second Tuesday. */
export function readDayOfWeek(text: string): string {
  if (text === '?') return '*';
  // Alone it is the last day of the week, which begins on Sunday.
  if (text === 'L') return '7';
  if (/^[1-7](L|#[1-5])$/.test(text)) return text.replace(/L$/, '#L');
  // WED has a W of its own.
  if (/[L#]|\dW/.test(text)) {
    throw new InvalidScheduleExpression(
      `The day-of-week "${text}" is not understood: write 6L for the month's last Friday, or 3#2 for its second Tuesday, each alone; 1 is Sunday and 7 is Saturday.`,
    );
  }
  if (text.includes('/')) {
    throw new InvalidScheduleExpression(
      'A day-of-week takes no steps: write the days as a list, such as MON,WED,FRI.',
    );
  }
  return readCronField('day-of-week', text);
}
