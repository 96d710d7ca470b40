import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../../testing/test-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import { createLeaseLeadership } from './lease-leadership.ts';
import { leadershipContract } from './leadership.contract.ts';

const START = 1_000_000;

leadershipContract(async () => {
  const { db: database, close } = await openTestDatabase();
  let now = START;
  const contender = (owner: string) =>
    createLeaseLeadership({ database, name: 'relay', owner, clock: () => now });
  return {
    leaderships: [contender('first'), contender('second')],
    killFirst: () => {
      // Nobody renews what the dead one held.
      now += 2_001;
      return Promise.resolve();
    },
    close,
  };
});

describe('leadership by a lease', () => {
  let database: TestDatabase;
  /** Milliseconds since the lease was taken. */
  let age: number;
  beforeEach(async () => {
    database = await openTestDatabase();
    age = 0;
  });
  afterEach(() => database.close());

  const contender = (owner: string) =>
    createLeaseLeadership({
      database: database.db,
      name: 'relay',
      owner,
      clock: () => START + age,
    });

  async function expiry(): Promise<number> {
    const [expiresAt] = await database.db('leases').pluck<number[]>('expires_at');
    return (expiresAt ?? 0) - START;
  }

  /** Asks for something while the database lets nobody in, which it does again when `age` has come. */
  async function askedSlowly<Result>(ask: () => Promise<Result>, until: number): Promise<Result> {
    const busy = await database.db.transaction();
    const answer = ask();
    age = until;
    await busy.rollback();
    return answer;
  }

  it('is taken by another one when two seconds have passed, and not a millisecond before', async () => {
    await contender('dead').acquire();
    age = 1_999;
    expect(await contender('heir').acquire()).toBeUndefined();
    age = 2_000;
    expect(await contender('heir').acquire()).toBeDefined();
  });

  it('is renewed after half a second, and not for every question', async () => {
    const term = await contender('first').acquire();
    age = 499;
    expect(await term?.isHeld()).toBe(true);
    expect(await expiry()).toBe(2_000);
    age = 500;
    expect(await term?.isHeld()).toBe(true);
    expect(await expiry()).toBe(2_500);
  });

  it.each([
    [250, true],
    [249, false],
  ])('%d ms before another may take it is held: %s', async (marginMs, isHeld) => {
    const term = await contender('first').acquire();
    age = 500;
    // Whoever renews a lease knows only of the instant at which it asked.
    const end = 2_500;
    expect(await askedSlowly(async () => term?.isHeld(), end - marginMs)).toBe(isHeld);
    expect(await expiry()).toBe(end);
    age = end - 1;
    expect(await contender('heir').acquire()).toBeUndefined();
    age = end;
    expect(await contender('heir').acquire()).toBeDefined();
    expect(await term?.isHeld()).toBe(false);
  });

  it('is asked for anew by who took it so slowly that it nearly ran out', async () => {
    const term = await askedSlowly(() => contender('first').acquire(), 1_751);
    await database.db('leases').update({ owner: 'heir', fence: 2 });
    expect(await term?.isHeld()).toBe(false);
    await term?.release();
    expect(await expiry()).toBe(2_000);
  });

  it('once lost is not held again, although nobody else wants it', async () => {
    const term = await contender('first').acquire();
    age = 2_000;
    expect(await term?.isHeld()).toBe(false);
    age = 0;
    expect(await term?.isHeld()).toBe(false);
  });

  it('is not taken twice by one owner', async () => {
    const first = contender('first');
    const term = await first.acquire();
    age = 1_999;
    expect(await first.acquire()).toBeUndefined();
    age = 2_000;
    const next = await first.acquire();
    expect(await next?.isHeld()).toBe(true);
    expect(await term?.isHeld()).toBe(false);
    // What the old term gives away late is not its own any more.
    await term?.release();
    expect(await expiry()).toBe(4_000);
  });
});
