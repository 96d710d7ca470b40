import type { ExportPeriod, Recipient } from '@ordercast/contract/report-schedule.ts';
import type { ReportKind } from '@ordercast/contract/report.ts';

/** What an admin enters of a schedule. */
export interface ScheduleContent {
  kind: ReportKind;
  /** As EventBridge Scheduler takes it; see `parseScheduleExpression`. */
  expression: string;
  /** IANA name. */
  timeZone: string;
  /** For an export; null otherwise. */
  period: ExportPeriod | null;
  gzip: boolean;
  enabled: boolean;
}

/** A schedule as it is kept; instants are epoch milliseconds. */
export interface ScheduleRecord extends ScheduleContent {
  id: string;
  recipients: Recipient[];
  /** Counts up by one a change, one of a recipient's state too. */
  version: number;
  /** `sub` of who edited it last. */
  updatedBy: string | null;
  updatedAt: number;
  sync: ScheduleSync;
}

/** How far the scheduler follows. */
export interface ScheduleSync {
  /** The version that the scheduler has, or has refused; null before the first. */
  version: number | null;
  at: number | null;
  /** Why it could not follow, in a sentence; null where it could. */
  failure: string | null;
}

/** Whether the scheduler follows the version that is kept. */
export function syncState({ version, sync }: ScheduleRecord): 'waiting' | 'done' | 'failed' {
  if (sync.failure !== null) return 'failed';
  return sync.version === version ? 'done' : 'waiting';
}
