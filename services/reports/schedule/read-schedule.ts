import type { PutReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { InvalidTimeZone, timeZoneName } from '../period/time-zone.ts';
import { InvalidScheduleExpression } from './expression/invalid-schedule-expression.ts';
import { nextTimes } from './expression/next-times.ts';
import { parseScheduleExpression } from './expression/schedule-expression.ts';
import type { ScheduleExpression } from './expression/schedule-expression.ts';
import { InvalidRecipients, readRecipients } from './recipients/recipients.ts';
import type { ScheduleContent } from './schedule-record.ts';

interface FieldError {
  path: string;
  message: string;
}

/** What was entered is no schedule; `errors` name each field at fault, with what to write. */
export class InvalidSchedule extends Error {
  override name = 'InvalidSchedule';
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super('The schedule cannot be kept as it was entered');
    this.errors = errors;
  }
}

/**
 * What an admin enters, checked as a whole and in the form in which it is kept. One that is enabled must
 * have a time after `now` (epoch ms). @throws InvalidSchedule
 */
export function readSchedule(
  entered: PutReportSchedule,
  now: number,
): { content: ScheduleContent; addresses: string[] } {
  const errors: FieldError[] = [];
  const content: ScheduleContent = {
    kind: entered.kind,
    expression: entered.expression,
    timeZone: entered.timeZone,
    period: entered.period ?? null,
    gzip: entered.gzip ?? false,
    enabled: entered.enabled ?? true,
  };
  const expression = attempt(errors, 'expression', () =>
    parseScheduleExpression(entered.expression),
  );
  const timeZone = attempt(errors, 'timeZone', () => timeZoneName(entered.timeZone));
  const addresses = attempt(errors, 'recipients', () => readRecipients(entered.recipients));
  errors.push(...contentErrors(content));
  if (expression !== undefined && timeZone !== undefined && content.enabled) {
    if (nextTimes(expression, timeZone, now, 1).length === 0) {
      errors.push({ path: 'expression', message: neverText(expression, timeZone) });
    }
  }
  if (errors.length > 0 || !expression || timeZone === undefined || !addresses) {
    throw new InvalidSchedule(errors);
  }
  return { content: { ...content, expression: expression.text, timeZone }, addresses };
}

function contentErrors({ kind, period, gzip }: ScheduleContent): FieldError[] {
  if (kind === 'export') {
    const message = 'must be day, week or month: what the export is of';
    return period === null ? [{ path: 'period', message }] : [];
  }
  const report = kind === 'ageing' ? 'an ageing report' : 'a daily report';
  const message = `is for an export alone: leave it out of ${report}`;
  return [
    ...(period === null ? [] : [{ path: 'period', message }]),
    ...(gzip ? [{ path: 'gzip', message }] : []),
  ];
}

function neverText({ kind, text }: ScheduleExpression, timeZone: string): string {
  return kind === 'at'
    ? `${text} is past, or a time that ${timeZone} skips when its clocks are put forward: write a later one`
    : `${text} has no time to come in ${timeZone}: write days and years that come`;
}

function attempt<Value>(errors: FieldError[], path: string, read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidRecipients) errors.push(...error.errors);
    else if (error instanceof InvalidScheduleExpression || error instanceof InvalidTimeZone) {
      errors.push({ path, message: error.message });
    } else throw error;
    return undefined;
  }
}
