import { readAt } from './at-expression.ts';
import { readCron } from './cron-expression.ts';
import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';
import { readRate } from './rate-expression.ts';

export type ScheduleExpression =
  | {
      kind: 'cron';
      text: string;
      /** The same in the dialect of croner, with seconds and years, weekdays from 1 for Sunday. */
      pattern: string;
    }
  | { kind: 'rate'; text: string; everyMs: number }
  | {
      kind: 'at';
      text: string;
      /** A time of the schedule's zone, such as `2026-11-28T08:00:00`. */
      wallTime: string;
    };

/** As long as the column of a schedule; EventBridge Scheduler itself takes 256. */
const MAX_LENGTH = 100;

/**
 * Reads `cron(…)`, `rate(…)` and `at(…)` as EventBridge Scheduler writes them
 * (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html). Where its documentation leaves
 * open whether something is taken, it is not: nothing that is read here is refused there later.
 * @throws InvalidScheduleExpression which says what to write instead
 */
export function parseScheduleExpression(entered: string): ScheduleExpression {
  const text = entered.trim().replaceAll(/ +/g, ' ');
  if (text.length > MAX_LENGTH) {
    throw new InvalidScheduleExpression(
      `A schedule has at most ${MAX_LENGTH} characters: write it shorter, with ranges and steps instead of lists.`,
    );
  }
  const [, kind, content = ''] = /^(cron|rate|at)\((.*)\)$/.exec(text) ?? [];
  switch (kind) {
    case 'cron':
      return { kind, text, pattern: readCron(content.trim()) };
    case 'rate':
      return { kind, text, everyMs: readRate(content.trim()) };
    case 'at':
      return { kind, text, wallTime: readAt(content.trim()) };
    default:
      throw new InvalidScheduleExpression(
        'Write cron(0 8 * * ? *) for a time of day, rate(1 hour) for an interval or at(2026-12-31T18:00:00) for one time.',
      );
  }
}
