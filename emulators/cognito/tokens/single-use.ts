import { createExpiringTable } from '../store/expiring-table.ts';
import { NotKept } from '../store/not-kept.ts';

/** Remembers what has been used, for as long as it could be used again. */
export interface SingleUse {
  /** False where `id` was used before. */
  use(id: string, expiresAt: number): boolean;
  /** It may be used once more. */
  giveBack(id: string): void;
  isUsed(id: string): boolean;
}

/** What is good once, until an instant in epoch ms. */
export interface GoodOnce {
  id: string;
  expiresAt: number;
}

/**
 * Uses something up for `work`, which begins at once; where the work is not kept, it is as good as before.
 * @throws what `usedBefore` makes for a second use.
 */
export async function usingUp<Result>(
  singleUse: SingleUse,
  { id, expiresAt }: GoodOnce,
  usedBefore: () => Error,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!singleUse.use(id, expiresAt)) throw usedBefore();
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotKept) singleUse.giveBack(id);
    throw error;
  }
}

/** More than can be used while one is good: a use takes a sign-in, and that takes milliseconds. */
const MOST = 100_000;

/** `clock` is in epoch ms. */
export function createSingleUse(clock: () => number): SingleUse {
  const used = createExpiringTable(clock, MOST);

  return {
    giveBack: (id) => used.remove(id),
    isUsed: (id) => used.get(id) !== undefined,
    use(id, expiresAt) {
      if (used.get(id) !== undefined) return false;
      used.put(id, { endsAt: expiresAt });
      return true;
    },
  };
}
