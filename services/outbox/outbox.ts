import type { Knex } from 'knex';
import { z } from 'zod';
import { instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import { deleteTop } from '@ordercast/platform/delete-top.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import type { OutboxEvent } from './outbox-event.ts';

/** An event and the channels that it must reach. Its id is the row's key. */
export interface NewOutboxEntry {
  channels: readonly string[];
  event: OutboxEvent;
  /** W3C trace context of the request that caused it. */
  traceparent?: string;
}

/** A waiting row as it stands; its texts are not parsed yet, since one may be damaged. */
export interface PendingEntry {
  id: string;
  channels: string;
  event: string;
  traceparent: string | null;
  attempts: number;
}

const MAX_ERROR_LENGTH = 1000;

const pendingRow = z.object({
  id: z.string(),
  channels: z.string(),
  event: z.string(),
  traceparent: z.string().nullable(),
  attempts: integerColumn,
});

/** Writes an event in the caller's transaction. `now` is in epoch milliseconds. */
export async function appendToOutbox(
  db: Knex,
  { channels, event, traceparent }: NewOutboxEntry,
  now: number,
): Promise<void> {
  await db('outbox').insert({
    id: event.id,
    channels: JSON.stringify(channels),
    event: JSON.stringify(event),
    traceparent: traceparent ?? null,
    created_at: instantValue(now),
    published_at: null,
    abandoned_at: null,
    attempts: 0,
    last_error: null,
  });
}

/**
 * The first rows that wait, at most `limit`, in id order, but for those in `held`. Nothing is
 * locked or marked: only the leader publishes. A row that commits late with a lower id is in the
 * next claim, since there is no cursor that could have passed it.
 */
export async function claimOutbox(
  db: Knex,
  { limit, held }: { limit: number; held: { size: number; has: (id: string) => boolean } },
): Promise<PendingEntry[]> {
  // Ids alone come from the small index of what waits, however much of it is held.
  const waiting = await db('outbox')
    .whereNull('published_at')
    .orderBy('id')
    .limit(held.size + limit)
    .pluck<string[]>('id');
  const ids = waiting.filter((id) => !held.has(id)).slice(0, limit);
  if (ids.length === 0) return [];
  const rows: unknown[] = await db('outbox')
    .whereIn('id', ids)
    .whereNull('published_at')
    .orderBy('id')
    .select('id', 'channels', 'event', 'traceparent', 'attempts');
  return rows.map((row) => pendingRow.parse(row));
}

/** Marks rows as published on all their channels. Returns how many were still waiting. */
export async function completeOutbox(
  db: Knex,
  ids: readonly string[],
  now: number,
): Promise<number> {
  return db('outbox')
    .whereIn('id', ids)
    .whereNull('published_at')
    .update({ published_at: instantValue(now) });
}

const channelsText = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(z.string()));

/**
 * Takes channels that have their event off a row that still waits for another one. Whoever takes
 * over later must not publish to them again: their logs recognise only what is fairly recent.
 */
export async function keepPendingChannels(
  db: Knex,
  id: string,
  published: readonly string[],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const waiting = () => trx('outbox').where({ id }).whereNull('published_at');
    const row = await waiting().first<{ channels: unknown } | undefined>('channels');
    if (row === undefined) return;
    const left = channelsText.parse(row.channels).filter((channel) => !published.includes(channel));
    if (left.length > 0) await waiting().update({ channels: JSON.stringify(left) });
  });
}

/** Ends a row whose event can never be encoded; a tombstone stands in its channels instead. */
export async function abandonOutbox(
  db: Knex,
  id: string,
  reason: string,
  now: number,
): Promise<void> {
  await db('outbox')
    .where({ id })
    .whereNull('published_at')
    .update({
      published_at: instantValue(now),
      abandoned_at: instantValue(now),
      last_error: cutText(reason, MAX_ERROR_LENGTH),
    });
}

/** Counts a failed attempt on each row and keeps why. */
export async function recordOutboxFailure(
  db: Knex,
  ids: readonly string[],
  reason: string,
): Promise<void> {
  await db('outbox')
    .whereIn('id', ids)
    .whereNull('published_at')
    .update({
      attempts: db.raw('?? + 1', ['attempts']),
      last_error: cutText(reason, MAX_ERROR_LENGTH),
    });
}

/**
 * Deletes up to `limit` rows that were published before an instant (epoch ms); returns how many.
 * Abandoned rows stay: they are evidence.
 */
export async function deletePublished(db: Knex, before: number, limit: number): Promise<number> {
  if (dialectOf(db) === 'mssql') {
    const condition = 'published_at < ? and abandoned_at is null';
    return deleteTop(db, limit, 'outbox', condition, [instantValue(before)]);
  }
  const oldest = db('outbox')
    .where('published_at', '<', instantValue(before))
    .whereNull('abandoned_at')
    .orderBy('published_at')
    .limit(limit);
  return db('outbox').whereIn('id', oldest.select('id')).del();
}
