import { Temporal } from 'temporal-polyfill';
import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';

const WALL_TIME = /^(\d{4})-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** A time without a zone, as it was written. @throws InvalidScheduleExpression */
export function readAt(content: string): string {
  const year = Number(WALL_TIME.exec(content)?.[1]);
  if (!(year >= 1970 && year <= 2199)) {
    throw new InvalidScheduleExpression(
      'A single time has a year from 1970 to 2199, seconds, and no zone: write at(2026-12-31T18:00:00).',
    );
  }
  try {
    Temporal.PlainDateTime.from(content, { overflow: 'reject' });
  } catch {
    throw new InvalidScheduleExpression(
      `The calendar has no ${content.slice(0, 10)}: write a day that is in its month.`,
    );
  }
  return content;
}
