import type { ReportFormat, ReportKind, ReportStatus } from '@ordercast/contract/report.ts';

/** What a report is of; instants are epoch milliseconds. */
export interface AskedScope {
  kind: ReportKind;
  /** Orders placed in `[from, to)`. */
  from: number;
  to: number;
  timeZone: string;
  /** Whether the CSV is packed. */
  gzip: boolean;
}

/** Who or what asks for a run. */
export type Asker =
  { kind: 'person'; sub: string; name: string } | { kind: 'schedule'; scheduleId: string };

export interface NewRun extends AskedScope {
  id: string;
  /** Of two with the same only the first is made. */
  triggerKey: string;
  asker: Asker;
}

export interface RunFile {
  format: ReportFormat;
  /** Key of the object. */
  key: string;
  bytes: number;
}

/** A run as it is kept; instants are epoch milliseconds. */
export interface ReportRun extends AskedScope {
  id: string;
  status: ReportStatus;
  version: number;
  triggerKey: string;
  /** Who asked: `sub` and name; null where a schedule did. */
  requestedBy: { sub: string; name: string } | null;
  scheduleId: string | null;
  /** How often a process took it up. */
  attempts: number;
  rowsDone: number;
  rowsTotal: number | null;
  files: RunFile[];
  /** In JSON; null until it is done. */
  figures: string | null;
  failure: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

/** The right to work on a run, until another process may take it up. */
export interface Lease {
  runId: string;
  /** A ULID of the process's own. */
  owner: string;
  /** From 1 on; names the folder of this attempt's files. */
  attempt: number;
}
