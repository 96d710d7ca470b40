import { openDatabase } from '@ordercast/platform/database.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Answer, TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { explainError } from '../command/explain-error.ts';
import { EXIT } from '../command/exit-code.ts';
import type { Step } from '../step/step.ts';
import { lockTries } from './lock-tries.ts';
import { sqlServerTarget } from './sql-server-target.ts';

const STEP: Step = {
  version: '20300101000000',
  name: '20300101000000_a.ts',
  checksum: 'c'.repeat(64),
  statements: '[]',
  statementsChecksum: 'd'.repeat(64),
  combinedChecksum: 'e'.repeat(64),
  up: [{ kind: 'statement', sql: 'ALTER TABLE dbo.a ADD b int NULL' }],
  down: undefined,
  transaction: true,
  allowed: [],
  run: { up: () => Promise.resolve(), down: undefined },
};

let server: TdsServer | undefined;
afterEach(() => server?.close());

/** Runs the step on a server that answers so; what it waited for, in ms, and how it ended. */
async function run(
  lockTimeoutMs: number,
  answers: readonly Answer[],
  settings: { requestTimeoutMs?: number } = {},
) {
  const locks: number[] = [];
  server = await startTdsServer({
    answer: ({ sql }) => {
      if (!sql.includes('ALTER TABLE')) return {};
      // The server waits as long as the batch says, and not one of its statements longer.
      locks.push(Number(/SET LOCK_TIMEOUT (\d+);/.exec(sql)?.[1]));
      return answers[locks.length - 1] ?? {};
    },
  });
  const db = openDatabase(`mssql://dba:x@127.0.0.1:${server.port}/shop?encrypt=false`, {
    poolMax: 1,
    ...settings,
  });
  const waits = new ManualWaits();
  const target = sqlServerTarget(db, { lockTimeoutMs, wait: waits.wait, random: () => 1 });
  const work = target
    .run(STEP, 'up', { all: [STEP], outOfOrder: false, onPart: () => undefined })
    .then(() => undefined, explainError);
  await waits.ringUntil(work);
  const failure = await work;
  await target.close();
  return { locks, pauses: waits.askedMs, failure };
}

const failed = (number: number): Answer => ({ error: { number, message: `Error ${number}.` } });
const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

describe('a wait for a lock', () => {
  it('is as long as was asked, in all its tries and the pauses between them', async () => {
    const { locks, pauses, failure } = await run(
      10_000,
      Array.from({ length: 9 }, () => failed(1222)),
    );
    expect(sum(locks) + sum(pauses)).toBe(10_000);
    expect(locks).toHaveLength(4);
    expect(failure).toMatchObject({ exitCode: EXIT.locked });
    expect(failure?.message).toContain('--lock-timeout');
  });

  it('that ends in time goes on', async () => {
    expect(await run(10_000, [failed(1222), failed(1222)])).toMatchObject({
      failure: undefined,
      locks: [1666, 1666, 1666],
    });
  });

  it('is not shortened by deadlocks, which are counted for themselves', async () => {
    const deadlocks = await run(
      10_000,
      Array.from({ length: 9 }, () => failed(1205)),
    );
    expect(deadlocks.locks).toHaveLength(4);
    expect(deadlocks.failure?.message).toMatch(/deadlock victim/);
    await server?.close();
    const both = await run(10_000, [
      failed(1205),
      ...Array.from({ length: 9 }, () => failed(1222)),
    ]);
    expect(both.locks).toHaveLength(5);
    expect(sum(both.locks.slice(1)) + sum(both.pauses.slice(1))).toBe(10_000);
  });

  it('of no time is none', async () => {
    expect(await run(0, [failed(1222)])).toMatchObject({ locks: [0], pauses: [] });
  });

  it.each([0, 0.3, 1])('is exact whatever chance says (%d)', (chance) => {
    for (const totalMs of [0, 1, 5, 6, 100, 10_000, 99_999_000]) {
      const tries = lockTries(totalMs, () => chance);
      expect(sum(tries.map(({ waitMs, pauseMs = 0 }) => waitMs + pauseMs))).toBe(totalMs);
      expect(tries.every(({ waitMs, pauseMs = 0 }) => waitMs >= 0 && pauseMs >= 0)).toBe(true);
    }
  });

  it('is told from a statement that takes longer than the client waits', async () => {
    const { locks, failure } = await run(10_000, ['hang'], { requestTimeoutMs: 50 });
    expect(locks).toHaveLength(1);
    expect(failure).toMatchObject({ exitCode: EXIT.failed });
    expect(failure?.message).toMatch(/statement itself took longer.*no lock was the reason/);
  });
});
