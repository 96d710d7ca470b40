import { REPORTS_CHANNEL } from '@ordercast/contract/channel.ts';
import { REPORT_EVENT_SOURCE, REPORT_EVENT_TYPE } from '@ordercast/contract/report.ts';
import type { ReportEventData } from '@ordercast/contract/report.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import type { Knex } from 'knex';
import { appendToOutbox } from '../../outbox/outbox.ts';
import type { ReportRun } from './report-run.ts';
import { findRun } from './run-store.ts';

/** What is needed to change a run and tell of it. */
export interface RunChanges {
  database: Knex;
  ulids: UlidSource;
  /** Epoch ms. */
  clock: () => number;
  /** Runs after each commit; a relay in this process is nudged by it. */
  onCommitted: () => void;
}

/**
 * Makes a change of a run and tells the `reports` channel of it, in one transaction; where `change` says that nothing changed, nothing is
 * told. Resolves to the run as it is then, or undefined.
 */
export async function changeRun(
  { database, ulids, clock, onCommitted }: RunChanges,
  id: string,
  change: (transaction: Knex.Transaction, now: number) => Promise<boolean>,
  traceparent?: string,
): Promise<ReportRun | undefined> {
  const now = clock();
  const changed = await inTransaction(database, async (trx) => {
    if (!(await change(trx, now))) return undefined;
    const run = await findRun(trx, id);
    if (run === undefined) return undefined;
    const data = toEventData(run);
    const event = {
      specversion: '1.0' as const,
      id: ulids.at(now),
      type: REPORT_EVENT_TYPE,
      source: REPORT_EVENT_SOURCE,
      subject: run.id,
      time: isoInstant(now),
      datacontenttype: 'application/json' as const,
      data,
    };
    const entry = { channels: [REPORTS_CHANNEL], event, ...(traceparent && { traceparent }) };
    await appendToOutbox(trx, entry, now);
    return run;
  });
  if (changed !== undefined) onCommitted();
  return changed;
}

function toEventData(run: ReportRun): ReportEventData {
  const by = run.requestedBy === null ? null : { name: run.requestedBy.name };
  return { ...runHead(run), by };
}

const orNull = (instant: number | null) => (instant === null ? null : isoInstant(instant));

/** A run as answers and events have it, without who asked for it. */
export function runHead(run: ReportRun): Omit<ReportEventData, 'by'> {
  return {
    id: run.id,
    kind: run.kind,
    status: run.status,
    version: run.version,
    from: run.kind === 'ageing' ? null : isoInstant(run.from),
    to: isoInstant(run.to),
    timeZone: run.timeZone,
    scheduleId: run.scheduleId,
    progress: { rows: run.rowsDone, total: run.rowsTotal },
    files: run.files.map(({ format, bytes }) => ({ format, bytes })),
    failure: run.failure,
    createdAt: isoInstant(run.createdAt),
    startedAt: orNull(run.startedAt),
    finishedAt: orNull(run.finishedAt),
  };
}
