/** Remembers what has been used, for as long as it could be used again. */
export interface SingleUse {
  /** False where `id` was used before. */
  use(id: string, expiresAt: number): boolean;
  isUsed(id: string): boolean;
}

const SWEEP_ABOVE = 1000;

/** `clock` is in epoch ms. */
export function createSingleUse(clock: () => number): SingleUse {
  const used = new Map<string, number>();

  return {
    isUsed: (id) => used.has(id),
    use(id, expiresAt) {
      if (used.has(id)) return false;
      if (used.size > SWEEP_ABOVE) {
        const now = clock();
        for (const [old, end] of used) if (end <= now) used.delete(old);
      }
      used.set(id, expiresAt);
      return true;
    },
  };
}
