import type { Knex } from 'knex';
import { badRequest, unprocessable } from '../http/problem.ts';
import type { Reply, RouteRequest } from '../http/route.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import { lookUpKey, storeReply } from './idempotency-store.ts';
import type { KeyedRequest, StoredReply } from './idempotency-store.ts';

/** 1 to 255 printable ASCII characters. */
const KEY = /^[\x20-\x7e]{1,255}$/;
const HEADER = 'Idempotency-Key';

/** Keeps the first answer; call it first in the transaction that makes the change. */
export type RememberReply = (transaction: Knex, reply: StoredReply) => Promise<void>;

/**
 * Runs `perform` at most once for a request's `Idempotency-Key`: a repeat, also a concurrent one,
 * gets the first one's status and body with `Idempotency-Replayed: true`; another body under the
 * same key is a 422 problem. What fails is not kept. Without the header it simply runs.
 */
export async function withIdempotency(
  request: RouteRequest,
  scope: { database: Knex; route: string; body: unknown; clock: () => number },
  perform: (remember: RememberReply) => Promise<StoredReply>,
): Promise<Reply> {
  const key = request.header(HEADER);
  if (key === undefined) {
    return toReply(request, await perform(() => Promise.resolve()));
  }
  if (!KEY.test(key)) {
    throw badRequest(`${HEADER} must be 1 to 255 printable ASCII characters.`);
  }
  const { database, clock, route, body } = scope;
  const keyed: KeyedRequest = { subject: request.caller.sub, route, key, body };
  const repeated = await replay(request, database, keyed, clock());
  if (repeated !== undefined) return repeated;
  try {
    return toReply(
      request,
      await perform((transaction, reply) => storeReply(transaction, keyed, reply, clock())),
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const first = await replay(request, database, keyed, clock());
    if (first === undefined) throw error;
    return first;
  }
}

async function replay(
  request: RouteRequest,
  database: Knex,
  keyed: KeyedRequest,
  now: number,
): Promise<Reply | undefined> {
  const found = await lookUpKey(database, keyed, now);
  switch (found.kind) {
    case 'unknown':
      return undefined;
    case 'replay': {
      const reply = toReply(request, found.reply);
      return { ...reply, headers: { ...reply.headers, 'Idempotency-Replayed': 'true' } };
    }
    case 'other-body':
      throw unprocessable(
        'idempotency-key-reused',
        'This Idempotency-Key was used with another body. Use a new key for a new request.',
        [{ path: HEADER, message: 'was used with another body' }],
      );
  }
}

function toReply({ baseUrl }: RouteRequest, { status, location, etag, body }: StoredReply): Reply {
  return {
    status,
    body,
    headers: {
      ...(location !== null && { Location: baseUrl + location }),
      ...(etag !== null && { ETag: etag }),
    },
  };
}
