import type { ReportKind } from '@ordercast/contract/report.ts';

/** What a scheduler has to know of a schedule to start its runs. */
export interface ScheduledReport {
  /** Its id is its name there, too. */
  id: string;
  kind: ReportKind;
  expression: string;
  /** IANA name. */
  timeZone: string;
  enabled: boolean;
  /** From when on a rate counts where the scheduler was off meanwhile, epoch ms. */
  updatedAt: number;
}

/** What a scheduler did with a schedule. `mended`: it was there, and other than it should be. */
export type Brought = 'created' | 'mended' | 'unchanged';

/** Starts runs at the times of schedules. Nothing but a reconciler writes to it, and people in a console. */
export interface Scheduler {
  /** Of all that are there, ours or not. @throws SchedulerUnavailable */
  names: () => Promise<string[]>;
  /** Makes the schedule what it should be. @throws ScheduleRefused, SchedulerUnavailable */
  bring: (schedule: ScheduledReport) => Promise<Brought>;
  /** One that is not there is as good as removed. @throws SchedulerUnavailable */
  remove: (name: string) => Promise<void>;
}

/** What the scheduler sends when a schedule is due; the ARN and the time together are the run's key. */
export interface ScheduleEvent {
  scheduleId: string;
  scheduleArn: string;
  /** When it was due, not when it was sent: ISO 8601 UTC without milliseconds, `2026-11-28T07:00:00Z`. */
  scheduledTime: string;
}

/** The scheduler takes the schedule neither now nor later; the message says why, and is shown at the schedule. */
export class ScheduleRefused extends Error {
  override name = 'ScheduleRefused';
}

/** The scheduler could not be asked, or is not allowed to answer; the same may go later. */
export class SchedulerUnavailable extends Error {
  override name = 'SchedulerUnavailable';
}
