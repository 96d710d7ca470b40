import { createHash } from 'node:crypto';
import type { Logger } from '@ordercast/platform/logger.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { Knex } from 'knex';
import type { AskedScope, Asker, NewRun, ReportRun } from './report-run.ts';
import { changeRun } from './run-changes.ts';
import type { RunChanges } from './run-changes.ts';
import { findRunByTrigger, insertRun } from './run-store.ts';
import type { StartRun } from './start-run.ts';

/** The same key came with another request before: the earlier run is not what is asked for now. */
export class OtherRequestOfKey extends Error {
  override name = 'OtherRequestOfKey';
}

export interface RequestRunParts extends RunChanges {
  start: StartRun;
  log: Logger;
}

/** What is asked for by a person, and by which of their requests. */
export interface PersonRequest {
  asker: Extract<Asker, { kind: 'person' }>;
  /** Of the request's `Idempotency-Key` header. */
  idempotencyKey: string | undefined;
  scope: AskedScope;
  /** W3C trace context of the request. */
  traceparent?: string | undefined;
}

export interface RequestedRun {
  run: ReportRun;
  /** An earlier request had made it. */
  replayed: boolean;
}

/**
 * Makes a run that a person asks for and starts it. The same person's same key makes one run, however often and at once it comes. A run that
 * cannot be started stays queued, and the keeper starts it. @throws OtherRequestOfKey
 */
export async function requestRun(
  parts: RequestRunParts,
  { asker, idempotencyKey, scope, traceparent }: PersonRequest,
): Promise<RequestedRun> {
  const id = parts.ulids.next();
  const named = idempotencyKey === undefined ? id : digest(asker.sub, idempotencyKey);
  const run = { ...scope, id, triggerKey: `request:${named}`, asker };
  const requested = await makeRun(parts, run, traceparent);
  if (requested.replayed && !isSameRequest(requested.run, scope)) {
    throw new OtherRequestOfKey('This key was used with another request');
  }
  if (!requested.replayed) await startQuietly(parts, requested.run);
  return requested;
}

/** Makes the run that something asks for, or finds the one that it has made before. */
export async function makeRun(
  changes: RunChanges,
  run: NewRun,
  traceparent?: string,
): Promise<RequestedRun> {
  try {
    const insert = async (trx: Knex.Transaction, now: number) => {
      await insertRun(trx, run, now);
      return true;
    };
    const made = await changeRun(changes, run.id, insert, traceparent);
    if (made !== undefined) return { run: made, replayed: false };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const earlier = await findRunByTrigger(changes.database, run.triggerKey);
  if (earlier === undefined) throw new Error(`The run ${run.id} could not be made`);
  return { run: earlier, replayed: true };
}

/** Starts a run; one that cannot be started is the keeper's. */
export async function startQuietly(
  { start, log }: { start: StartRun; log: Logger },
  run: ReportRun,
): Promise<void> {
  try {
    await start(run);
  } catch (error) {
    log.error({ err: error, runId: run.id, kind: run.kind }, 'a run could not be started');
  }
}

/** Texts as one that no other texts give, short enough for a trigger's key. */
export function digest(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

function isSameRequest(run: ReportRun, scope: AskedScope): boolean {
  if (run.kind !== scope.kind || run.timeZone !== scope.timeZone) return false;
  // What is open is asked for as of the request, which a repeated one is not.
  if (run.kind === 'ageing') return true;
  return run.from === scope.from && run.to === scope.to && run.gzip === scope.gzip;
}
