import type { Knex } from 'knex';
import { z } from 'zod';
import { instantValue, integerColumn } from '@ordercast/platform/column.ts';
import type { Leadership, Term } from './leadership.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';

/** How long a dead leader is waited for. */
const LEASE_MS = 2_000;
const RENEW_AFTER_MS = 500;
/** A term ends this long before others may take the lease, for what is just being done. */
const MARGIN_MS = 250;

const fenceRow = z.object({ fence: integerColumn });

/**
 * Leadership by a row of `leases`: for databases that only processes of one machine share, since
 * it compares their clocks (epoch ms). Each term has its own fencing number; a term whose number
 * is no longer in the row can neither renew nor release.
 */
export function createLeaseLeadership(settings: {
  database: Knex;
  name: string;
  /** Unique to this process, at most 64 ASCII characters. */
  owner: string;
  /** Epoch ms. */
  clock: () => number;
}): Leadership {
  const { database, name, owner, clock } = settings;

  const take = async (): Promise<number | undefined> => {
    const now = clock();
    const expires_at = instantValue(now + LEASE_MS);
    const taken = await database('leases')
      .where({ name })
      .where('expires_at', '<=', instantValue(now))
      .update({ owner, expires_at, fence: database.raw('?? + 1', ['fence']) });
    if (taken === 1) return now;
    const known: unknown = await database('leases').where({ name }).first('name');
    if (known !== undefined) return undefined;
    try {
      await database('leases').insert({ name, owner, fence: 1, expires_at });
      return now;
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  };

  return {
    acquire: async () => {
      const takenAt = await take();
      if (takenAt === undefined) return undefined;
      const row: unknown = await database('leases').where({ name, owner }).first('fence');
      if (row === undefined) return undefined;
      const { fence } = fenceRow.parse(row);
      return createLeaseTerm({ database, name, owner, fence, takenAt, clock });
    },
  };
}

function createLeaseTerm(settings: {
  database: Knex;
  name: string;
  owner: string;
  fence: number;
  takenAt: number;
  /** Epoch ms. */
  clock: () => number;
}): Term {
  const { database, name, owner, fence, clock } = settings;
  let renewedAt = settings.takenAt;
  let isOver = false;
  let renewing: Promise<void> | undefined;

  const renew = async (): Promise<void> => {
    const now = clock();
    const renewed = await database('leases')
      .where({ name, owner, fence })
      .where('expires_at', '>', instantValue(now))
      .update({ expires_at: instantValue(now + LEASE_MS) });
    if (renewed === 1) renewedAt = now;
    else isOver = true;
  };

  return {
    isHeld: async () => {
      if (!isOver && clock() - renewedAt >= RENEW_AFTER_MS) {
        renewing ??= renew().finally(() => (renewing = undefined));
        await renewing;
      }
      if (clock() - renewedAt > LEASE_MS - MARGIN_MS) isOver = true;
      return !isOver;
    },
    release: async () => {
      isOver = true;
      await database('leases')
        .where({ name, owner, fence })
        .update({ expires_at: instantValue(0) });
    },
  };
}
