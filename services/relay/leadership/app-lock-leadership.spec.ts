import { afterEach, describe, expect, it } from 'vitest';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { createAppLockLeadership } from './app-lock-leadership.ts';
import { openDatabase } from '@ordercast/platform/database.ts';

let server: TdsServer | undefined;
afterEach(() => server?.close());

describe('leadership by an application lock', () => {
  it('ends when its session is gone, although the next connection works', async () => {
    let holder: number | undefined;
    server = await startTdsServer({
      answer: ({ sql }, session) => {
        if (sql.includes('sp_getapplock')) {
          holder ??= session;
          return { rows: [{ outcome: holder === session ? 0 : -1 }] };
        }
        if (sql.includes('as mode')) {
          return { rows: [{ mode: holder === session ? 'Exclusive' : 'NoLock' }] };
        }
        return {};
      },
    });
    let now = 0;
    const session = openDatabase(`mssql://a:b@127.0.0.1:${server.port}/shop?encrypt=false`, {
      poolMax: 1,
    });
    const leadership = createAppLockLeadership({
      session,
      name: 'relay',
      monotonicClock: () => now,
    });
    const term = await leadership.acquire();
    now = 501;
    expect(await term?.isHeld()).toBe(true);
    server.dropAll();
    holder = 99;
    now = 1_002;
    expect(await term?.isHeld()).toBe(false);
    holder = undefined;
    expect(await term?.isHeld()).toBe(false);
    await term?.release();
    await session.destroy();
  });
});
