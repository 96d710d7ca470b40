import type { Logger } from '@ordercast/platform/logger.ts';
import type { Knex } from 'knex';
import pLimit from 'p-limit';
import { ScheduleRefused, SchedulerUnavailable } from './scheduler/scheduler.ts';
import type { Brought, Scheduler } from './scheduler/scheduler.ts';
import type { ScheduleRecord } from './schedule-record.ts';
import { findSchedule, listSchedules, noteSync } from './schedule-store.ts';

/** Calls of the scheduler at once; AWS takes hundreds a second from all of an account. */
const AT_ONCE = 4;
/** How long a refused schedule is left as it is, unless it is edited: what refuses it may be a missing right. */
const REFUSED_PAUSE_MS = 15 * 60_000;
/** How often one is brought again because it was edited while it was brought. */
const ROUNDS = 5;

/** How many schedules went which way. */
export type Reconciled = Record<Brought | 'removed' | 'refused' | 'unavailable' | 'paused', number>;

/**
 * Brings the scheduler to the rows once: makes what is missing, mends what somebody edited there, removes
 * what no row knows, and notes at each row how far the scheduler follows. Two at once do no harm: after
 * bringing a schedule its row is read again, so that the last to write has seen the last edit.
 */
export async function reconcileSchedules({
  db,
  scheduler,
  logger,
  now,
}: {
  db: Knex;
  scheduler: Scheduler;
  logger: Logger;
  /** Epoch ms. */
  now: () => number;
}): Promise<Reconciled> {
  const result: Reconciled = {
    created: 0,
    mended: 0,
    unchanged: 0,
    removed: 0,
    refused: 0,
    unavailable: 0,
    paused: 0,
  };
  const limit = pLimit(AT_ONCE);
  const note = (outcome: keyof Reconciled, schedule: string, failure?: string): void => {
    result[outcome] += 1;
    if (failure !== undefined)
      logger.warn({ schedule, failure }, 'a schedule could not be brought');
    else if (outcome !== 'unchanged' && outcome !== 'paused') {
      logger.info({ schedule, outcome }, 'the scheduler follows a schedule');
    }
  };

  // Before the rows: what is made of a new row meanwhile is not among these, and so not removed.
  const names = await namesIfAvailable(scheduler, note);
  const schedules = await listSchedules(db);
  const known = new Set(schedules.map(({ id }) => id));
  await Promise.all([
    ...schedules.map((schedule) => limit(() => bring(schedule))),
    ...names.filter((name) => !known.has(name)).map((name) => limit(() => remove(name))),
  ]);
  return result;

  async function bring(listed: ScheduleRecord): Promise<void> {
    let schedule = listed;
    for (let round = 1; round <= ROUNDS; round += 1) {
      if (isPaused(schedule, now())) {
        note('paused', schedule.id);
        return;
      }
      const { outcome, failure } = await bringOnce(db, scheduler, schedule, now);
      note(outcome, schedule.id, failure);
      const current = await findSchedule(db, schedule.id);
      if (current === undefined || current.version === schedule.version) return;
      schedule = current;
    }
  }

  async function remove(name: string): Promise<void> {
    try {
      await scheduler.remove(name);
      note('removed', name);
    } catch (error) {
      if (!(error instanceof SchedulerUnavailable)) throw error;
      note('unavailable', name, error.message);
    }
  }
}

async function namesIfAvailable(
  scheduler: Scheduler,
  note: (outcome: 'unavailable', schedule: string, failure: string) => void,
): Promise<string[]> {
  try {
    return await scheduler.names();
  } catch (error) {
    if (!(error instanceof SchedulerUnavailable)) throw error;
    note('unavailable', '*', error.message);
    return [];
  }
}

async function bringOnce(
  db: Knex,
  scheduler: Scheduler,
  schedule: ScheduleRecord,
  now: () => number,
): Promise<{ outcome: Brought | 'refused' | 'unavailable'; failure?: string }> {
  const { id, version, sync } = schedule;
  try {
    const outcome = await scheduler.bring(schedule);
    if (outcome !== 'unchanged' || sync.version !== version || sync.failure !== null) {
      await noteSync(db, id, { version, at: now(), failure: null });
    }
    return { outcome };
  } catch (error) {
    if (error instanceof ScheduleRefused) {
      await noteSync(db, id, { version, at: now(), failure: error.message });
      return { outcome: 'refused', failure: error.message };
    }
    if (!(error instanceof SchedulerUnavailable)) throw error;
    // What the scheduler has of this version it still has; of an earlier one, this is tried again in a minute.
    if (sync.version !== version && sync.failure !== error.message) {
      await noteSync(db, id, { ...sync, at: now(), failure: error.message });
    }
    return { outcome: 'unavailable', failure: error.message };
  }
}

/** Whether this version was refused so lately that the same answer must be expected. */
function isPaused({ version, sync }: ScheduleRecord, now: number): boolean {
  return (
    sync.failure !== null &&
    sync.version === version &&
    sync.at !== null &&
    now - sync.at < REFUSED_PAUSE_MS
  );
}
