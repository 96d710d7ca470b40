import { createExpiringTable } from '../store/expiring-table.ts';

/** Remembers what has been used, for as long as it could be used again. */
export interface SingleUse {
  /** False where `id` was used before. */
  use(id: string, expiresAt: number): boolean;
  isUsed(id: string): boolean;
}

/** More than can be used while one is good: a use takes a sign-in, and that takes milliseconds. */
const MOST = 100_000;

/** `clock` is in epoch ms. */
export function createSingleUse(clock: () => number): SingleUse {
  const used = createExpiringTable(clock, MOST);

  return {
    isUsed: (id) => used.get(id) !== undefined,
    use(id, expiresAt) {
      if (used.get(id) !== undefined) return false;
      used.put(id, { endsAt: expiresAt });
      return true;
    },
  };
}
