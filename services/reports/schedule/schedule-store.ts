import { exportPeriodSchema, recipientSchema } from '@ordercast/contract/report-schedule.ts';
import type { Recipient } from '@ordercast/contract/report-schedule.ts';
import { reportKindSchema } from '@ordercast/contract/report.ts';
import { instantColumn, instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { withAddresses, withoutAddress } from './recipients/recipients.ts';
import type { OffReason } from './recipients/recipients.ts';
import type { ScheduleContent, ScheduleRecord, ScheduleSync } from './schedule-record.ts';

const COLUMNS = [
  'id',
  'kind',
  'schedule',
  'time_zone',
  'period',
  'gzip',
  'enabled',
  'recipients',
  'version',
  'updated_by',
  'updated_at',
  'synced_version',
  'synced_at',
  'sync_failure',
];
const MAX_FAILURE_LENGTH = 1000;
/** How often an address is taken off a schedule that others change at the same time. */
const ATTEMPTS = 20;

const booleanColumn = z.union([z.boolean(), z.number()]).transform(Boolean);
const recipientsColumn = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(recipientSchema));

const scheduleRow = z.object({
  id: z.string(),
  kind: reportKindSchema,
  schedule: z.string(),
  time_zone: z.string(),
  period: exportPeriodSchema.nullable(),
  gzip: booleanColumn.nullable(),
  enabled: booleanColumn,
  recipients: recipientsColumn,
  version: integerColumn,
  updated_by: z.string().nullable(),
  updated_at: instantColumn,
  synced_version: integerColumn.nullable(),
  synced_at: instantColumn.nullable(),
  sync_failure: z.string().nullable(),
});

/** Somebody has changed the schedule since, or made it first; nothing was written. */
export class ScheduleChanged extends Error {
  override name = 'ScheduleChanged';
  /** Undefined: there is none. */
  readonly currentVersion: number | undefined;

  constructor(id: string, currentVersion: number | undefined) {
    super(`The schedule ${id} has another version than the one that was edited`);
    this.currentVersion = currentVersion;
  }
}

export interface SchedulePut {
  id: string;
  content: ScheduleContent;
  /** As `readRecipients` gives them. */
  addresses: readonly string[];
  /** The version that was edited; `none`: there must be no schedule yet. */
  expected: number | 'none';
  /** `sub` of who edits. */
  by: string;
  /** Epoch ms. */
  at: number;
}

/**
 * Makes or replaces a schedule in a transaction of its own, and answers with what is kept then.
 * @throws ScheduleChanged where it has another version than expected
 */
export async function putSchedule(db: Knex, put: SchedulePut): Promise<ScheduleRecord> {
  try {
    return await inTransaction(db, async (transaction) => {
      const before = await findSchedule(transaction, put.id);
      if ((before?.version ?? 'none') !== put.expected) {
        throw new ScheduleChanged(put.id, before?.version);
      }
      const after: ScheduleRecord = {
        ...put.content,
        id: put.id,
        recipients: withAddresses(before?.recipients ?? [], put),
        version: (before?.version ?? 0) + 1,
        updatedBy: put.by,
        updatedAt: put.at,
        sync: { version: before?.sync.version ?? null, at: before?.sync.at ?? null, failure: null },
      };
      if (before === undefined) await insertSchedule(transaction, after);
      else await replaceVersion(transaction, after);
      return after;
    });
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ScheduleChanged(put.id, (await findSchedule(db, put.id))?.version);
  }
}

/** Makes a schedule. */
export async function insertSchedule(db: Knex, schedule: ScheduleRecord): Promise<void> {
  await db('report_schedules').insert(toRow(schedule));
}

async function replaceVersion(db: Knex, after: ScheduleRecord): Promise<void> {
  const { id, ...row } = toRow(after);
  const changed = await db('report_schedules')
    .where({ id, version: after.version - 1 })
    .update(row);
  if (changed === 0) throw new ScheduleChanged(id, (await findSchedule(db, id))?.version);
}

/** Undefined where there is none. */
export async function findSchedule(db: Knex, id: string): Promise<ScheduleRecord | undefined> {
  const row: unknown = await db('report_schedules').where({ id }).first(COLUMNS);
  return row === undefined ? undefined : toSchedule(row);
}

/** All of them, by their ids; admins make some dozens. */
export async function listSchedules(db: Knex): Promise<ScheduleRecord[]> {
  const rows: unknown[] = await db('report_schedules').orderBy('id').select(COLUMNS);
  return rows.map(toSchedule);
}

/**
 * No schedule mails an address any more: it stays on the lists with its state and reason. Answers with
 * the ids of the schedules that it was active on. What others change meanwhile is kept. `at` is epoch ms.
 */
export async function takeOff(
  db: Knex,
  off: { address: string; state: OffReason; reason: string; at: number },
): Promise<string[]> {
  const changed: string[] = [];
  for (const { id } of await listSchedules(db)) {
    if (await takeOffSchedule(db, id, off)) changed.push(id);
  }
  return changed;
}

/** One schedule mails an address no more; false where it did not. */
export async function takeOffSchedule(
  db: Knex,
  id: string,
  off: { address: string; state: OffReason; reason: string; at: number },
): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const schedule = await findSchedule(db, id);
    if (schedule === undefined) return false;
    const recipients = withoutAddress(schedule.recipients, off);
    if (recipients === undefined) return false;
    if (await replaceRecipients(db, schedule, recipients)) return true;
  }
  throw new ScheduleChanged(id, undefined);
}

/** False where another version came between. Who edited it last, and when, stays: nobody did. */
export async function replaceRecipients(
  db: Knex,
  { id, version }: Pick<ScheduleRecord, 'id' | 'version'>,
  recipients: readonly Recipient[],
): Promise<boolean> {
  const changed = await db('report_schedules')
    .where({ id, version })
    .update({ recipients: JSON.stringify(recipients), version: version + 1 });
  return changed === 1;
}

/** Notes how far the scheduler follows, unless a later version has been noted already. */
export async function noteSync(db: Knex, id: string, sync: ScheduleSync): Promise<void> {
  await db('report_schedules')
    .where({ id })
    .where((noted) =>
      noted.whereNull('synced_version').orWhere('synced_version', '<=', sync.version ?? 0),
    )
    .update({
      synced_version: sync.version,
      synced_at: sync.at === null ? null : instantValue(sync.at),
      sync_failure: sync.failure === null ? null : cutText(sync.failure, MAX_FAILURE_LENGTH),
    });
}

function toSchedule(value: unknown): ScheduleRecord {
  const row = scheduleRow.parse(value);
  return {
    id: row.id,
    kind: row.kind,
    expression: row.schedule,
    timeZone: row.time_zone,
    period: row.period,
    gzip: row.gzip ?? false,
    enabled: row.enabled,
    recipients: row.recipients,
    version: row.version,
    updatedBy: row.updated_by,
    updatedAt: row.updated_at,
    sync: { version: row.synced_version, at: row.synced_at, failure: row.sync_failure },
  };
}

function toRow(schedule: ScheduleRecord) {
  return {
    id: schedule.id,
    kind: schedule.kind,
    schedule: schedule.expression,
    time_zone: schedule.timeZone,
    period: schedule.period,
    gzip: schedule.gzip,
    enabled: schedule.enabled,
    recipients: JSON.stringify(schedule.recipients),
    version: schedule.version,
    updated_by: schedule.updatedBy,
    updated_at: instantValue(schedule.updatedAt),
    sync_failure: schedule.sync.failure,
  };
}
