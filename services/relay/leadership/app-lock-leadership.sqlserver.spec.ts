import { describe } from 'vitest';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import { createAppLockLeadership } from './app-lock-leadership.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { leadershipContract } from './leadership.contract.ts';

describe.runIf(SQLSERVER_URL !== undefined)('on SQL Server', () => {
  leadershipContract(async () => {
    const url = SQLSERVER_URL ?? '';
    const giveBack = await takeTurn(url);
    const sessions = [1, 2].map(() => openDatabase(url, { poolMax: 1 }));
    let now = 0;
    const contender = (session: (typeof sessions)[number]) =>
      createAppLockLeadership({ session, name: 'relay-test', monotonicClock: () => now });
    const [first, second] = sessions.map(contender);
    if (first === undefined || second === undefined) throw new Error('There are two sessions');
    return {
      leaderships: [first, second],
      killFirst: async () => {
        await sessions[0]?.destroy();
        now += 501;
      },
      close: async () => {
        await Promise.all(sessions.map((session) => session.destroy()));
        await giveBack();
      },
    };
  });
});
