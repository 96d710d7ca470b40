export interface TokenBucketOptions {
  perSecond: number;
  /** Most tokens that the bucket holds; it begins full. */
  burst: number;
  /** Epoch milliseconds. */
  clock: () => number;
}

/**
 * Returns `take`: true and one token less, or false where the bucket is empty. It is never empty
 * where it fills infinitely fast.
 */
export function createTokenBucket({ perSecond, burst, clock }: TokenBucketOptions): () => boolean {
  if (perSecond === Infinity) return () => true;
  let tokens = burst;
  let filledAt = clock();
  return () => {
    const now = clock();
    tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
