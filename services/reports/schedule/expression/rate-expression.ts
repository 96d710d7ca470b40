import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';

const MINUTE_MS = 60_000;
/** A day is 24 hours here, on days that summer time makes shorter or longer too. */
const UNIT_MS = new Map([
  ['minute', MINUTE_MS],
  ['hour', 60 * MINUTE_MS],
  ['day', 24 * 60 * MINUTE_MS],
]);

/** The milliseconds of `5 minutes`. @throws InvalidScheduleExpression */
export function readRate(content: string): number {
  const [, digits = '', unit = '', plural = ''] =
    /^([1-9]\d{0,5}) (minute|hour|day)(s?)$/.exec(content) ?? [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs === undefined) {
    throw new InvalidScheduleExpression(
      'A rate is a whole number from 1 and a unit: write rate(5 minutes), rate(1 hour) or rate(7 days).',
    );
  }
  const value = Number(digits);
  if ((value === 1) === (plural === 's')) {
    throw new InvalidScheduleExpression(
      value === 1 ? `Write rate(1 ${unit}), without an s.` : `Write rate(${value} ${unit}s).`,
    );
  }
  return value * unitMs;
}
