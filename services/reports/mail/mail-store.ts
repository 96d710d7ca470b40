import { withoutHiddenCharacters } from '@ordercast/contract/hidden-characters.ts';
import { reportMailStatusSchema } from '@ordercast/contract/report.ts';
import { instantColumn, instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { MailClaim, RunMail } from './run-mail.ts';

const MAX_REASON_LENGTH = 500;
const COLUMNS = [
  'id',
  'report_id',
  'address',
  'status',
  'attempts',
  'message_id',
  'reason',
  'due_at',
  'updated_at',
];

const mailRow = z
  .object({
    id: z.string(),
    report_id: z.string(),
    address: z.string(),
    status: reportMailStatusSchema,
    attempts: integerColumn,
    message_id: z.string().nullable(),
    reason: z.string().nullable(),
    due_at: instantColumn.nullable(),
    updated_at: instantColumn,
  })
  .transform((row): RunMail => ({
    id: row.id,
    runId: row.report_id,
    address: row.address,
    status: row.status,
    attempts: row.attempts,
    messageId: row.message_id,
    reason: row.reason,
    dueAt: row.due_at,
    updatedAt: row.updated_at,
  }));

/** Writes a mail to each address that waits to be sent, in the caller's transaction. `now` is epoch ms. */
export async function insertMails(
  db: Knex,
  runId: string,
  addresses: readonly string[],
  { ulids, now }: { ulids: UlidSource; now: number },
): Promise<void> {
  if (addresses.length === 0) return;
  await db('report_mails').insert(
    addresses.map((address) => ({
      id: ulids.at(now),
      report_id: runId,
      address,
      status: 'waiting',
      attempts: 0,
      due_at: instantValue(now),
      updated_at: instantValue(now),
    })),
  );
}

/** All mails of a run, by their addresses. */
export async function listMails(db: Knex, runId: string): Promise<RunMail[]> {
  return readMails(
    await db('report_mails').where({ report_id: runId }).orderBy('address').select(COLUMNS),
  );
}

/**
 * Mails with which something is to be done by now, at most `limit`, those first that have waited longest: `waiting` ones are to be sent,
 * and the process of a `sending` one is given up.
 */
export async function listDueMails(
  db: Knex,
  { status, now, limit }: { status: 'waiting' | 'sending'; now: number; limit: number },
): Promise<RunMail[]> {
  return readMails(
    await db('report_mails')
      .where('due_at', '<=', instantValue(now))
      .where({ status })
      .orderBy(['due_at', 'id'])
      .limit(limit)
      .select(COLUMNS),
  );
}

export async function findMail(db: Knex, id: string): Promise<RunMail | undefined> {
  return readMail(await db('report_mails').where({ id }).first(COLUMNS));
}

export async function findMailByMessageId(
  db: Knex,
  messageId: string,
): Promise<RunMail | undefined> {
  return readMail(await db('report_mails').where({ message_id: messageId }).first(COLUMNS));
}

/**
 * Takes a mail that waits, as it was read, to be sent by this process alone before `until` (epoch ms). Undefined where another one has
 * taken it. Not in a transaction of the caller's: what is sent must be known to be `sending`.
 */
export async function claimMail(
  db: Knex,
  { id, attempts }: Pick<RunMail, 'id' | 'attempts'>,
  { now, until }: { now: number; until: number },
): Promise<MailClaim | undefined> {
  const attempt = attempts + 1;
  const claimed = await db('report_mails')
    .where({ id, status: 'waiting', attempts })
    .update({
      status: 'sending',
      attempts: attempt,
      due_at: instantValue(until),
      updated_at: instantValue(now),
    });
  return claimed === 0 ? undefined : { mailId: id, attempt };
}

/** SES has taken it. That holds, too, where the process was given up meanwhile. False where something else is known of it by now. */
export async function markSent(
  db: Knex,
  { mailId, attempt }: MailClaim,
  { messageId, now }: { messageId: string; now: number },
): Promise<boolean> {
  const changed = await db('report_mails')
    .where({ id: mailId, attempts: attempt })
    .whereIn('status', ['sending', 'unconfirmed'])
    .update({ ...ended('sent', null, now), message_id: messageId });
  return changed > 0;
}

const held = (db: Knex, { mailId, attempt }: MailClaim) =>
  db('report_mails').where({ id: mailId, attempts: attempt, status: 'sending' });

/** It surely was not sent, and is to be tried again at `dueAt` (epoch ms). */
export async function postponeMail(
  db: Knex,
  claim: MailClaim,
  { reason, dueAt, now }: { reason: string; dueAt: number; now: number },
): Promise<void> {
  await held(db, claim).update({
    status: 'waiting',
    reason: keptReason(reason),
    due_at: instantValue(dueAt),
    updated_at: instantValue(now),
  });
}

/** It surely was not sent, and is not tried again (`failed`), or it may have been (`unconfirmed`). */
export async function giveUpMail(
  db: Knex,
  claim: MailClaim,
  { status, reason, now }: { status: 'failed' | 'unconfirmed'; reason: string; now: number },
): Promise<void> {
  await held(db, claim).update(ended(status, reason, now));
}

/** Lets a mail wait to be sent once more. False where its fate is not unknown and it has not failed. */
export async function resumeMail(
  db: Knex,
  { runId, address, now }: { runId: string; address: string; now: number },
): Promise<boolean> {
  const changed = await db('report_mails')
    .where({ report_id: runId, address })
    .whereIn('status', ['unconfirmed', 'failed'])
    .update({
      status: 'waiting',
      reason: null,
      due_at: instantValue(now),
      updated_at: instantValue(now),
    });
  return changed > 0;
}

/** What came back of a mail; the first word of it stays. */
export async function markReturned(
  db: Knex,
  id: string,
  { status, reason, now }: { status: 'bounced' | 'complained'; reason: string; now: number },
): Promise<boolean> {
  const changed = await db('report_mails')
    .where({ id })
    .whereNotIn('status', ['bounced', 'complained'])
    .update(ended(status, reason, now));
  return changed > 0;
}

/** Counts up the version of a run whose mails have changed, in the caller's transaction. */
export async function touchRun(db: Knex, runId: string): Promise<boolean> {
  const changed = await db('reports')
    .where({ id: runId })
    .update({ version: db.raw('version + 1') });
  return changed > 0;
}

/** Notes what came back of a mail that may arrive yet. */
export async function noteOnMail(db: Knex, id: string, reason: string): Promise<void> {
  await db('report_mails')
    .where({ id })
    .whereNotIn('status', ['bounced', 'complained'])
    .update({ reason: keptReason(reason) });
}

function ended(status: RunMail['status'], reason: string | null, now: number) {
  return {
    status,
    reason: reason === null ? null : keptReason(reason),
    due_at: null,
    updated_at: instantValue(now),
  };
}

/** SES, or another mail server, may have put anything into it. */
function keptReason(reason: string): string {
  return cutText(withoutHiddenCharacters(reason.toWellFormed()), MAX_REASON_LENGTH);
}

function readMail(row: unknown): RunMail | undefined {
  return row === undefined ? undefined : mailRow.parse(row);
}

function readMails(rows: unknown): RunMail[] {
  return z.array(mailRow).parse(rows);
}
