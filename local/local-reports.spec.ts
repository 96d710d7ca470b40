import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded } from '@ordercast/contract/report.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { claimRun, findRun, insertRun } from '@ordercast/services/reports/run/run-store.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOrdercast } from './ordercast.ts';
import type { RunningOrdercast } from './ordercast.ts';

const RUN = '01KB4W5HQ0PF3X9V4T2C8M6RNE';
const OWNER = '01KB4W5HQ0PF3X9V4T2C8M6RNF';
const YEAR_MS = 365 * 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const urlOf = () => `sqlite:${join(folder, 'ordercast.db')}`;

function start(databaseUrl?: string): Promise<RunningOrdercast> {
  return startOrdercast({
    dataFolder: folder,
    fresh: false,
    ephemeral: false,
    migrate: false,
    port: 0,
    tokenSeconds: 3_600,
    databaseUrl,
  });
}

async function inDatabase<Result>(
  work: (db: ReturnType<typeof openDatabase>) => Promise<Result>,
): Promise<Result> {
  const db = openDatabase(urlOf());
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** As a process leaves its run that is killed at once after it took it, with a lease of a year. */
async function leaveRunning(): Promise<void> {
  await (await start()).close();
  await inDatabase(async (db) => {
    const now = realTimeMs();
    const day = { from: now - 86_400_000, to: now, timeZone: 'UTC', gzip: false };
    const asker = { kind: 'schedule', scheduleId: 'daily-orders' } as const;
    await insertRun(db, { ...day, id: RUN, kind: 'ageing', triggerKey: 'request:1', asker }, now);
    const claim = { owner: OWNER, now, leaseMs: YEAR_MS, maxRunning: 2 };
    expect(await claimRun(db, RUN, claim)).toMatchObject({ attempt: 1 });
  });
}

const readRun = () => inDatabase((db) => findRun(db, RUN));

describe('a run that a killed process has left', () => {
  it('is taken up at the next start on the same data folder, and finishes', async () => {
    await leaveRunning();
    const system = await start();
    try {
      await expect.poll(async () => hasEnded((await readRun())?.status ?? 'queued')).toBe(true);
      expect(await readRun()).toMatchObject({ status: 'done', attempts: 2, failure: null });
    } finally {
      await system.close();
    }
  });

  it('stays with whoever works on it where the database is a named one, which others may use', async () => {
    await leaveRunning();
    const system = await start(urlOf());
    try {
      const row: unknown = await inDatabase((db) =>
        db('reports').where({ id: RUN }).first('status', 'lease_owner', 'attempts'),
      );
      expect(row).toEqual({ status: 'running', lease_owner: OWNER, attempts: 1 });
    } finally {
      await system.close();
    }
  });
});
