import type { Logger } from '@ordercast/platform/logger.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import { InvalidScheduleExpression } from '../expression/invalid-schedule-expression.ts';
import { nextTimes } from '../expression/next-times.ts';
import { parseScheduleExpression } from '../expression/schedule-expression.ts';
import type { ScheduleExpression } from '../expression/schedule-expression.ts';
import { ScheduleRefused } from './scheduler.ts';
import type { Brought, ScheduleEvent, ScheduledReport, Scheduler } from './scheduler.ts';

const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
/** What is later than this was slept through. */
const LATEST_MS = MINUTE_MS;
const ARN = 'arn:aws:scheduler:local:000000000000:schedule/reports';

export interface LocalScheduler extends Scheduler {
  /** Each schedule with its next time, epoch ms; undefined where none comes or it is disabled. */
  upcoming: () => { scheduleId: string; next: number | undefined }[];
  /** Sends what is due, each second, until `signal` is aborted. */
  run: (signal: AbortSignal) => Promise<void>;
  /**
   * Sends, in order, all that is due until `time` (epoch ms), as though it were that time already, and tells
   * what it has sent. It won't be sent again when its time comes.
   */
  advanceTo: (time: number) => Promise<ScheduleEvent[]>;
  /** Sends what would be due in the minute of `time` (epoch ms), past or future, and tells what it has sent. */
  fireAt: (time: number) => Promise<ScheduleEvent[]>;
}

interface Entry {
  schedule: ScheduledReport;
  expression: ScheduleExpression;
  /** When a rate first ran, or would have; epoch ms. */
  start: number;
  /** All until then has been sent or left out; epoch ms. */
  doneUntil: number;
  /** The first time after that; undefined where none comes or it is disabled. */
  next: number | undefined;
}

/**
 * The scheduler of a laptop, in this process: it has the expressions, zones and events of EventBridge
 * Scheduler, but starts nothing late. What was due while the laptop slept or the program was off is left
 * out, as by a schedule that was disabled meanwhile, and what could not be started is not tried again.
 */
export function createLocalScheduler({
  clock,
  wait,
  fire,
  logger,
}: {
  /** Epoch ms. */
  clock: () => number;
  wait: Wait;
  /** Starts the run; ends when it is kept, not when it is done. */
  fire: (event: ScheduleEvent) => Promise<void>;
  logger: Logger;
}): LocalScheduler {
  const entries = new Map<string, Entry>();
  const onSince = clock();

  return {
    names: () => Promise.resolve([...entries.keys()]),
    bring: (schedule) => Promise.resolve().then(() => bring(schedule)),
    remove: (name) => {
      entries.delete(name);
      return Promise.resolve();
    },
    upcoming: () => [...entries].map(([scheduleId, { next }]) => ({ scheduleId, next })),
    run: async (signal) => {
      while (!signal.aborted) {
        await sendDue(clock(), clock() - LATEST_MS);
        await wait(TICK_MS, signal);
      }
    },
    advanceTo: (time) => sendDue(time),
    fireAt: async (time) => {
      const from = Math.floor(time / MINUTE_MS) * MINUTE_MS;
      const sent: ScheduleEvent[] = [];
      for (const entry of [...entries.values()]) {
        const due = nextOf(entry, from - 1);
        if (due !== undefined && due < from + MINUTE_MS) sent.push(await send(entry, due));
      }
      return sent;
    },
  };

  function bring(schedule: ScheduledReport): Brought {
    const known = entries.get(schedule.id);
    if (known !== undefined && isSame(known.schedule, schedule)) return 'unchanged';
    const isContinued = known !== undefined && isSameTiming(known.schedule, schedule);
    const start = isContinued ? known.start : schedule.updatedAt;
    const entry: Entry = {
      schedule,
      expression: readExpression(schedule),
      start,
      // The first time of a rate is when it was saved, if that was since the program began.
      doneUntil: isContinued ? known.doneUntil : Math.max(onSince, schedule.updatedAt) - 1,
      next: undefined,
    };
    entry.next = nextOf(entry, entry.doneUntil);
    entries.set(schedule.id, entry);
    return known === undefined ? 'created' : 'mended';
  }

  /** In the order of their times; what is earlier than `notBefore` is left out. */
  async function sendDue(until: number, notBefore = 0): Promise<ScheduleEvent[]> {
    const sent: ScheduleEvent[] = [];
    for (;;) {
      const [entry] = [...entries.values()]
        .filter(({ next }) => next !== undefined && next <= until)
        .sort((one, other) => (one.next ?? 0) - (other.next ?? 0));
      if (entry?.next === undefined) return sent;
      const due = entry.next;
      if (due < notBefore) {
        logger.info({ schedule: entry.schedule.id, from: instant(due) }, 'missed while asleep');
        entry.doneUntil = notBefore - 1;
      } else {
        entry.doneUntil = due;
      }
      // Before it is sent, so that another who sends meanwhile does not send it too.
      entry.next = nextOf(entry, entry.doneUntil);
      if (due >= notBefore) sent.push(await send(entry, due));
    }
  }

  async function send({ schedule }: Entry, due: number): Promise<ScheduleEvent> {
    const event: ScheduleEvent = {
      scheduleId: schedule.id,
      scheduleArn: `${ARN}/${schedule.id}`,
      scheduledTime: instant(due),
    };
    try {
      await fire(event);
    } catch (err) {
      logger.error({ err, ...event }, 'a scheduled report could not be started');
    }
    return event;
  }
}

function nextOf({ schedule, expression, start }: Entry, after: number): number | undefined {
  if (!schedule.enabled) return undefined;
  return nextTimes(expression, schedule.timeZone, after, 1, start)[0];
}

/** @throws ScheduleRefused */
function readExpression({ expression, timeZone }: ScheduledReport): ScheduleExpression {
  try {
    const parsed = parseScheduleExpression(expression);
    nextTimes(parsed, timeZone, 0, 1);
    return parsed;
  } catch (cause) {
    if (!(cause instanceof InvalidScheduleExpression || cause instanceof RangeError)) throw cause;
    throw new ScheduleRefused(`The scheduler refuses the schedule: ${cause.message}`, { cause });
  }
}

function isSame(one: ScheduledReport, other: ScheduledReport): boolean {
  return isSameTiming(one, other) && one.kind === other.kind;
}

function isSameTiming(one: ScheduledReport, other: ScheduledReport): boolean {
  return (
    one.expression === other.expression &&
    one.timeZone === other.timeZone &&
    one.enabled === other.enabled
  );
}

/** As Scheduler writes a scheduled time. */
function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
