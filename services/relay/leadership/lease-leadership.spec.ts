import { openTestDatabase } from '../../testing/test-database.ts';
import { createLeaseLeadership } from './lease-leadership.ts';
import { leadershipContract } from './leadership.contract.ts';

leadershipContract(async () => {
  const { db: database, close } = await openTestDatabase();
  let now = 1_000_000;
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
