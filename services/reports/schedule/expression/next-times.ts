import { Cron } from 'croner';
import type { ScheduleExpression } from './schedule-expression.ts';
import { instantOfWallTime, wallTimeAt } from './zoned-time.ts';

/**
 * The next times of a schedule, at most `count`, all later than `after` (epoch ms), earliest first. As
 * EventBridge Scheduler has it, a time that spring skips doesn't run, one that autumn shows twice runs
 * once (here the first), and a rate counts whole intervals of 24-hour days from `start`, when it first runs.
 * @throws RangeError where the zone is unknown
 */
export function nextTimes(
  expression: ScheduleExpression,
  timeZone: string,
  after: number,
  count: number,
  start: number = after,
): number[] {
  switch (expression.kind) {
    case 'cron':
      return nextCronTimes(expression.pattern, timeZone, after, count);
    case 'rate':
      return nextRateTimes(expression.everyMs, after, count, start);
    case 'at': {
      const time = instantOfWallTime(Date.parse(`${expression.wallTime}Z`), timeZone);
      return time !== undefined && time > after && count > 0 ? [time] : [];
    }
  }
}

/** The pattern is walked as though in UTC, which skips and repeats nothing, up to its last year. */
function nextCronTimes(pattern: string, timeZone: string, after: number, count: number): number[] {
  const cron = new Cron(pattern, {
    timezone: 'UTC',
    mode: '7-part',
    alternativeWeekdays: true,
    domAndDow: true,
    paused: true,
  });
  const times: number[] = [];
  let wallTime = cron.nextRun(new Date(wallTimeAt(after, timeZone)));
  while (wallTime !== null && times.length < count) {
    const time = instantOfWallTime(wallTime.getTime(), timeZone);
    // In the second pass of a repeated hour, what follows on the clock may have run in the first.
    if (time !== undefined && time > after) times.push(time);
    wallTime = cron.nextRun(wallTime);
  }
  return times;
}

function nextRateTimes(everyMs: number, after: number, count: number, start: number): number[] {
  const first = Math.max(0, Math.floor((after - start) / everyMs) + 1);
  return Array.from({ length: count }, (_, index) => start + (first + index) * everyMs);
}
