import { openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAppLockLeadership } from './app-lock-leadership.ts';
import type { Term } from './leadership.ts';

let server: TdsServer;
let session: Knex;
let now: number;
/** The session that holds the lock. */
let holder: number | undefined;
/** Runs while the server has a question in hand. */
let onQuestion: () => void;

beforeEach(async () => {
  now = 0;
  holder = undefined;
  onQuestion = () => undefined;
  server = await startTdsServer({
    answer: ({ sql }, number) => {
      if (sql.includes('sp_getapplock')) {
        onQuestion();
        holder ??= number;
        return { rows: [{ outcome: holder === number ? 0 : -1 }] };
      }
      if (sql.includes('as mode')) {
        onQuestion();
        return { rows: [{ mode: holder === number ? 'Exclusive' : 'NoLock' }] };
      }
      return {};
    },
  });
  session = openDatabase(`mssql://a:b@127.0.0.1:${server.port}/shop?encrypt=false`, { poolMax: 1 });
});
afterEach(async () => {
  await session.destroy();
  await server.close();
});

const acquire = (): Promise<Term | undefined> =>
  createAppLockLeadership({ session, name: 'relay', monotonicClock: () => now }).acquire();

const questions = () => server.requests.filter(({ sql }) => sql.includes('as mode')).length;

describe('leadership by an application lock', () => {
  it('ends when its session is gone, although the next connection works', async () => {
    const term = await acquire();
    now = 501;
    expect(await term?.isHeld()).toBe(true);
    server.dropAll();
    holder = 99;
    now = 1_002;
    expect(await term?.isHeld()).toBe(false);
    holder = undefined;
    expect(await term?.isHeld()).toBe(false);
    await term?.release();
  });

  it("takes the server's word for half a second, and then asks once, whoever wants to know", async () => {
    const term = await acquire();
    now = 499;
    expect(await term?.isHeld()).toBe(true);
    expect(questions()).toBe(0);
    now = 500;
    expect(await Promise.all([term?.isHeld(), term?.isHeld()])).toEqual([true, true]);
    expect(questions()).toBe(1);
    now = 999;
    expect(await term?.isHeld()).toBe(true);
    expect(questions()).toBe(1);
    now = 1_000;
    holder = 99;
    expect(await term?.isHeld()).toBe(false);
  });

  it.each([
    [5_000, true],
    [5_001, false],
  ])('after an answer that took %d ms is held: %s', async (tookMs, isHeld) => {
    const term = await acquire();
    now = 500;
    onQuestion = () => (now += tookMs);
    expect(await term?.isHeld()).toBe(isHeld);
    onQuestion = () => undefined;
    expect(await term?.isHeld()).toBe(isHeld);
  });

  it('asks again where the lock was a long time on its way to us', async () => {
    onQuestion = () => (now += 500);
    const term = await acquire();
    onQuestion = () => undefined;
    holder = 99;
    expect(await term?.isHeld()).toBe(false);
  });

  it('ends where the server cannot be asked', async () => {
    const term = await acquire();
    await server.stop();
    now = 500;
    expect(await term?.isHeld()).toBe(false);
    await server.start();
    expect(await term?.isHeld()).toBe(false);
    await term?.release();
  });
});
