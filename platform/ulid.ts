import { monotonicFactory, ulid } from 'ulid';

export interface UlidSource {
  /** The next id; in one process each sorts after the one before, even within a millisecond. */
  next: () => string;
  /** An id of that instant (epoch ms) with plain randomness, whatever was given out before. */
  at: (epochMs: number) => string;
}

/** ULIDs by the handed-in clock (epoch ms) and random source (0 ≤ x < 1). */
export function createUlidSource(source: {
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
}): UlidSource {
  const monotonic = monotonicFactory(source.random);
  return {
    next: () => monotonic(source.clock()),
    at: (epochMs) => ulid(epochMs, source.random),
  };
}
