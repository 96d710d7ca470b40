import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantColumn, instantValue, integerColumn } from '@ordercast/platform/column.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import { deleteTop } from '@ordercast/platform/delete-top.ts';

/** How long an answer can be replayed. */
export const IDEMPOTENCY_KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** A request that carries a key, scoped to who sends it and where to. */
export interface KeyedRequest {
  subject: string;
  /** Method and path pattern, such as `POST /orders`. */
  route: string;
  key: string;
  /** The parsed body: two bodies that mean the same are the same. */
  body: unknown;
}

/** An answer as it was given first; location and body are as they were sent. */
export interface StoredReply {
  status: number;
  location: string | null;
  etag: string | null;
  body: string;
}

export type KeyLookup =
  { kind: 'unknown' } | { kind: 'replay'; reply: StoredReply } | { kind: 'other-body' };

const keyRow = z.object({
  request_hash: z.string(),
  status: integerColumn,
  location: z.string().nullable(),
  etag: z.string().nullable(),
  body: z.string(),
  expires_at: instantColumn,
});

/** What is known of a keyed request at an instant (epoch ms). An expired key counts as unknown. */
export async function lookUpKey(db: Knex, request: KeyedRequest, now: number): Promise<KeyLookup> {
  const row: unknown = await db('idempotency_keys')
    .where(keyOf(request))
    .first('request_hash', 'status', 'location', 'etag', 'body', 'expires_at');
  if (row === undefined) return { kind: 'unknown' };
  const { request_hash, expires_at, ...reply } = keyRow.parse(row);
  if (expires_at <= now) return { kind: 'unknown' };
  return request_hash === hashBody(request) ? { kind: 'replay', reply } : { kind: 'other-body' };
}

/**
 * Keeps the answer to a keyed request in the caller's transaction, before anything else is
 * written in it. Of concurrent repeats one writes the row; each other waits for it here, and then
 * fails with a unique violation (see `isUniqueViolation`), or goes on if the first rolled back.
 */
export async function storeReply(
  db: Knex,
  request: KeyedRequest,
  reply: StoredReply,
  now: number,
): Promise<void> {
  const key = keyOf(request);
  await db('idempotency_keys').where(key).where('expires_at', '<=', instantValue(now)).del();
  await db('idempotency_keys').insert({
    ...key,
    request_hash: hashBody(request),
    ...reply,
    created_at: instantValue(now),
    expires_at: instantValue(now + IDEMPOTENCY_KEY_LIFE_MS),
  });
}

/** Deletes up to `limit` keys that have expired; returns how many. */
export async function deleteExpiredKeys(db: Knex, now: number, limit: number): Promise<number> {
  if (dialectOf(db) === 'mssql') {
    return deleteTop(db, limit, 'idempotency_keys', 'expires_at <= ?', [instantValue(now)]);
  }
  const oldest = db('idempotency_keys')
    .where('expires_at', '<=', instantValue(now))
    .orderBy('expires_at')
    .limit(limit);
  return db('idempotency_keys').whereIn('rowid', oldest.select('rowid')).del();
}

function keyOf({ subject, route, key }: KeyedRequest) {
  return { subject, route, key_hash: sha256(key) };
}

function hashBody({ body }: KeyedRequest): string {
  return sha256(JSON.stringify(body));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
