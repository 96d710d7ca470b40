import { reportKindSchema, reportStatusSchema } from '@ordercast/contract/report.ts';
import { instantColumn, instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Lease, NewRun, ReportRun, RunFile } from './report-run.ts';

const MAX_FAILURE_LENGTH = 1000;
const flag = z.union([z.boolean(), z.number()]).nullable().transform(Boolean);
const text = z.string().nullable();
const instant = instantColumn.nullable();
const integer = integerColumn.nullable();

const runRow = z
  .object({
    id: z.string(),
    kind: reportKindSchema,
    status: reportStatusSchema,
    version: integerColumn,
    trigger_key: z.string(),
    requested_by: text,
    requested_name: text,
    schedule_id: text,
    period_from: instantColumn,
    period_to: instantColumn,
    time_zone: text,
    gzip: flag,
    attempts: integerColumn,
    rows_done: integer,
    rows_total: integer,
    csv_key: text,
    csv_bytes: integer,
    pdf_key: text,
    pdf_bytes: integer,
    figures: text,
    failure: text,
    created_at: instantColumn,
    started_at: instant,
    finished_at: instant,
  })
  .transform((row): ReportRun => ({
    id: row.id,
    kind: row.kind,
    status: row.status,
    version: row.version,
    triggerKey: row.trigger_key,
    requestedBy:
      row.requested_by === null
        ? null
        : { sub: row.requested_by, name: row.requested_name ?? row.requested_by },
    scheduleId: row.schedule_id,
    from: row.period_from,
    to: row.period_to,
    timeZone: row.time_zone ?? 'UTC',
    gzip: row.gzip,
    attempts: row.attempts,
    rowsDone: row.rows_done ?? 0,
    rowsTotal: row.rows_total,
    files: [
      ...fileOf('pdf', row.pdf_key, row.pdf_bytes),
      ...fileOf('csv', row.csv_key, row.csv_bytes),
    ],
    figures: row.figures,
    failure: row.failure,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }));

function fileOf(format: RunFile['format'], key: string | null, bytes: number | null): RunFile[] {
  return key === null || bytes === null ? [] : [{ format, key, bytes }];
}

const COLUMNS = [
  'reports.id',
  'reports.kind',
  'reports.status',
  'reports.version',
  'reports.trigger_key',
  'reports.requested_by',
  'reports.schedule_id',
  'reports.period_from',
  'reports.period_to',
  'reports.time_zone',
  'reports.gzip',
  'reports.attempts',
  'reports.rows_done',
  'reports.rows_total',
  'reports.csv_key',
  'reports.csv_bytes',
  'reports.pdf_key',
  'reports.pdf_bytes',
  'reports.figures',
  'reports.failure',
  'reports.created_at',
  'reports.started_at',
  'reports.finished_at',
  'people.name as requested_name',
];

const runs = (db: Knex) =>
  db('reports').leftJoin('people', 'people.sub', 'reports.requested_by').select(COLUMNS);

/** Writes a queued run in the caller's transaction. Its trigger key is unique: see `isUniqueViolation`. */
export async function insertRun(db: Knex, run: NewRun, now: number): Promise<void> {
  await db('reports').insert({
    id: run.id,
    kind: run.kind,
    status: 'queued',
    trigger_key: run.triggerKey,
    requested_by: run.asker.kind === 'person' ? run.asker.sub : null,
    schedule_id: run.asker.kind === 'schedule' ? run.asker.scheduleId : null,
    period_from: instantValue(run.from),
    period_to: instantValue(run.to),
    time_zone: run.timeZone,
    gzip: run.gzip,
    created_at: instantValue(now),
  });
}

export async function findRun(db: Knex, id: string): Promise<ReportRun | undefined> {
  return readRun(await runs(db).where('reports.id', id).first());
}

export async function findRunByTrigger(
  db: Knex,
  triggerKey: string,
): Promise<ReportRun | undefined> {
  return readRun(await runs(db).where('reports.trigger_key', triggerKey).first());
}

/** The newest runs, at most `limit`, older than `before`'s id if given. */
export async function listRuns(
  db: Knex,
  before: string | undefined,
  limit: number,
): Promise<ReportRun[]> {
  const query = runs(db).orderBy('reports.id', 'desc').limit(limit);
  if (before !== undefined) void query.where('reports.id', '<', before);
  return readRuns(await query);
}

/** Runs that wait for a process, the oldest first. */
export async function listQueued(db: Knex, limit: number): Promise<ReportRun[]> {
  return readRuns(
    await runs(db).where('reports.status', 'queued').orderBy('reports.id').limit(limit),
  );
}

/** Runs whose process has not been heard of since its lease ended. */
export async function listLapsed(db: Knex, now: number): Promise<ReportRun[]> {
  return readRuns(
    await runs(db)
      .where('reports.status', 'running')
      .where('reports.lease_until', '<=', instantValue(now))
      .orderBy('reports.id'),
  );
}

/** Runs that take a slot: those under way, and those whose process has died. */
export async function countRunning(db: Knex): Promise<number> {
  const row: unknown = await db('reports').whereNotNull('slot').count({ count: '*' }).first();
  return z.object({ count: integerColumn }).parse(row).count;
}

/** Ended runs, at most `limit`, whose folder of files was not looked at since. */
export async function listUnswept(db: Knex, limit: number): Promise<ReportRun[]> {
  return readRuns(
    await runs(db)
      .whereNull('reports.swept_at')
      .whereNotNull('reports.finished_at')
      .orderBy('reports.id')
      .limit(limit),
  );
}

export async function markSwept(db: Knex, id: string, now: number): Promise<void> {
  await db('reports')
    .where({ id })
    .update({ swept_at: instantValue(now) });
}

/** Why a run cannot be worked on now: others take all the room, another process has it, or it has ended. */
export type NotClaimed = 'full' | 'taken';

interface Claim {
  /** A ULID of the process's own. */
  owner: string;
  /** Epoch ms. */
  now: number;
  leaseMs: number;
  /** Runs that may be under way at once. */
  maxRunning: number;
}

/**
 * Takes a queued run, or one whose lease has ended, for a process. Two that do so at once may choose the same slot, of which one
 * is refused by its index (see `isUniqueViolation`), which ends its transaction.
 */
export async function claimRun(
  db: Knex,
  id: string,
  { owner, now, leaseMs, maxRunning }: Claim,
): Promise<Lease | NotClaimed> {
  const slot = await freeSlot(db, id, maxRunning);
  if (slot === undefined) return 'full';
  const taken = await db('reports')
    .where({ id })
    .modify(openTo(now))
    .update({
      status: 'running',
      slot,
      lease_owner: owner,
      lease_until: instantValue(now + leaseMs),
      attempts: db.raw('attempts + 1'),
      version: db.raw('version + 1'),
      started_at: db.raw('coalesce(started_at, ?)', [instantValue(now)]),
      rows_done: 0,
      rows_total: null,
    });
  if (taken === 0) return 'taken';
  const row: unknown = await db('reports').where({ id }).first('attempts');
  const { attempts } = z.object({ attempts: integerColumn }).parse(row);
  return { runId: id, owner, attempt: attempts };
}

/** Runs that no process has: queued ones have no lease, and one of a process that died has ended. */
const openTo = (now: number) => (query: Knex.QueryBuilder) =>
  void query
    .whereIn('status', ['queued', 'running'])
    .where((free) => free.whereNull('lease_until').orWhere('lease_until', '<=', instantValue(now)));

/** The run's own slot where it still has one, else the first that nobody has; undefined: none is free. */
async function freeSlot(db: Knex, id: string, maxRunning: number): Promise<number | undefined> {
  const rows = z
    .array(z.object({ id: z.string(), slot: integerColumn }))
    .parse(await db('reports').whereNotNull('slot').select('id', 'slot'));
  const own = rows.find((row) => row.id === id);
  if (own !== undefined) return own.slot;
  const taken = new Set(rows.map(({ slot }) => slot));
  return Array.from({ length: maxRunning }, (_none, at) => at + 1).find((one) => !taken.has(one));
}

const FREED = { slot: null, lease_owner: null, lease_until: null };

/** Only who holds the lease may write; false where it was lost, as after a cancellation. */
const held = (db: Knex, { runId, owner }: Lease) =>
  db('reports').where({ id: runId, lease_owner: owner, status: 'running' });

/** Keeps the lease until `until` (epoch ms) without telling of anything. */
export async function renewLease(db: Knex, lease: Lease, until: number): Promise<boolean> {
  return (await held(db, lease).update({ lease_until: instantValue(until) })) > 0;
}

/**
 * Ends the leases of all runs that are under way: for whoever knows that every process that held one is dead. One that lives yet has
 * lost its run.
 */
export async function endLeases(db: Knex, now: number): Promise<void> {
  await db('reports')
    .where({ status: 'running' })
    .update({ lease_owner: null, lease_until: instantValue(now) });
}

export async function noteProgress(
  db: Knex,
  lease: Lease,
  { rowsDone, rowsTotal, until }: { rowsDone: number; rowsTotal: number; until: number },
): Promise<boolean> {
  const changed = await held(db, lease).update({
    rows_done: rowsDone,
    rows_total: rowsTotal,
    lease_until: instantValue(until),
    version: db.raw('version + 1'),
  });
  return changed > 0;
}

export async function finishRun(
  db: Knex,
  lease: Lease,
  {
    files,
    figures,
    rows,
    now,
  }: { files: readonly RunFile[]; figures: string; rows: number; now: number },
): Promise<boolean> {
  const pdf = files.find(({ format }) => format === 'pdf');
  const csv = files.find(({ format }) => format === 'csv');
  const changed = await held(db, lease).update({
    ...FREED,
    status: 'done',
    csv_key: csv?.key ?? null,
    csv_bytes: csv?.bytes ?? null,
    pdf_key: pdf?.key ?? null,
    pdf_bytes: pdf?.bytes ?? null,
    row_count: rows,
    rows_done: rows,
    rows_total: rows,
    figures,
    failure: null,
    finished_at: instantValue(now),
    version: db.raw('version + 1'),
  });
  return changed > 0;
}

/** Ends a run that its process gives up, with a sentence for people. */
export async function failRun(
  db: Knex,
  lease: Lease,
  { failure, now }: { failure: string; now: number },
): Promise<boolean> {
  return (await held(db, lease).update(failed(db, failure, now))) > 0;
}

/** Ends a run that no process has: one that is queued, or whose lease has ended. */
export async function failAbandonedRun(
  db: Knex,
  id: string,
  { failure, now }: { failure: string; now: number },
): Promise<boolean> {
  const changed = await db('reports')
    .where({ id })
    .modify(openTo(now))
    .update(failed(db, failure, now));
  return changed > 0;
}

function failed(db: Knex, failure: string, now: number) {
  return {
    ...FREED,
    status: 'failed',
    failure: cutText(failure, MAX_FAILURE_LENGTH),
    finished_at: instantValue(now),
    version: db.raw('version + 1'),
  };
}

/** Gives a run back, for another process to begin it anew: this one is told to stop. */
export async function requeueRun(db: Knex, lease: Lease): Promise<boolean> {
  const changed = await held(db, lease).update({
    ...FREED,
    status: 'queued',
    rows_done: 0,
    rows_total: null,
    version: db.raw('version + 1'),
  });
  return changed > 0;
}

/** Ends a run that has not ended; its process finds out at its next word. */
export async function cancelRun(db: Knex, id: string, now: number): Promise<boolean> {
  const changed = await db('reports')
    .where({ id })
    .whereIn('status', ['queued', 'running'])
    .update({
      ...FREED,
      status: 'cancelled',
      finished_at: instantValue(now),
      version: db.raw('version + 1'),
    });
  return changed > 0;
}

function readRun(row: unknown): ReportRun | undefined {
  return row === undefined ? undefined : runRow.parse(row);
}

function readRuns(rows: unknown): ReportRun[] {
  return z
    .array(z.unknown())
    .parse(rows)
    .map((row) => runRow.parse(row));
}
