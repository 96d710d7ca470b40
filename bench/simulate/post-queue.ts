export interface PostLimits {
  /** A token bucket: posts a second, and at once after a quiet time. */
  perSecond: number;
  burst: number;
  /** Posts in flight at once, of all publishers together. */
  concurrency: number;
}

/**
 * When each post of a queue ends, in ms. A post needs a token and a free slot; `arrivals` are in
 * order, `serviceMs` says how long the next one takes.
 */
export function simulatePosts(
  arrivals: Float64Array,
  { perSecond, burst, concurrency }: PostLimits,
  serviceMs: () => number,
): Float64Array {
  const ends = new Float64Array(arrivals.length);
  const slots = new MinHeap(concurrency);
  const intervalMs = 1000 / perSecond;
  // When the bucket will be full again: a generic cell rate algorithm, as the sender's own pacer.
  let fullAt = -Infinity;
  for (let index = 0; index < arrivals.length; index += 1) {
    const arrival = arrivals[index] ?? 0;
    const slotAt = Math.max(arrival, slots.peek());
    fullAt = Math.max(fullAt, slotAt) + intervalMs;
    const startAt = Math.max(slotAt, fullAt - burst * intervalMs);
    const end = startAt + serviceMs();
    slots.replace(end);
    ends[index] = end;
  }
  return ends;
}

/** A heap of fixed size that gives the least number and takes another in its place. */
class MinHeap {
  readonly #items: Float64Array;

  constructor(size: number) {
    this.#items = new Float64Array(size).fill(-Infinity);
  }

  peek(): number {
    return this.#items[0] ?? -Infinity;
  }

  replace(value: number): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= items.length) break;
      const right = left + 1;
      const least = right < items.length && (items[right] ?? 0) < (items[left] ?? 0) ? right : left;
      if ((items[least] ?? 0) >= value) break;
      items[at] = items[least] ?? 0;
      at = least;
    }
    items[at] = value;
  }
}
