import type { ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { nextTimes } from './expression/next-times.ts';
import { parseScheduleExpression } from './expression/schedule-expression.ts';
import { syncState } from './schedule-record.ts';
import type { ScheduleRecord } from './schedule-record.ts';

const SHOWN_TIMES = 3;

/**
 * A schedule as the API shows it, with its next three times after `now` (epoch ms). Those of a rate are
 * counted from when the schedule was last saved: when EventBridge Scheduler began to count it does not tell.
 */
export function shownSchedule(schedule: ScheduleRecord, now: number): ReportSchedule {
  const { sync } = schedule;
  return {
    id: schedule.id,
    kind: schedule.kind,
    expression: schedule.expression,
    timeZone: schedule.timeZone,
    period: schedule.period,
    gzip: schedule.gzip,
    enabled: schedule.enabled,
    recipients: schedule.recipients,
    version: schedule.version,
    updatedAt: isoInstant(schedule.updatedAt),
    nextTimes: schedule.enabled ? timesAfter(schedule, now).map(isoInstant) : [],
    sync: {
      state: syncState(schedule),
      at: sync.at === null ? null : isoInstant(sync.at),
      failure: sync.failure,
    },
  };
}

function timesAfter({ expression, timeZone, updatedAt }: ScheduleRecord, now: number): number[] {
  return nextTimes(parseScheduleExpression(expression), timeZone, now, SHOWN_TIMES, updatedAt);
}
