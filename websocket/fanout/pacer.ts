import { setTimeout as sleep } from 'node:timers/promises';

export interface PacerOptions {
  perSecond: number;
  /** How many may come at once after a quiet time. */
  burst: number;
  /** Epoch ms. */
  clock: () => number;
  wait?: (ms: number) => Promise<void>;
}

/** A token bucket that lets its callers wait: it keeps calls under a rate that others enforce. */
export class Pacer {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #clock: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  /** When the bucket will be full again. */
  #fullAt = 0;

  constructor({ perSecond, burst, clock, wait = (ms) => sleep(ms) }: PacerOptions) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = burst * this.#intervalMs;
    this.#clock = clock;
    this.#wait = wait;
  }

  /** Resolves when the caller may go; in the order of the calls. */
  async turn(): Promise<void> {
    const now = this.#clock();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#intervalMs;
    const waitMs = this.#fullAt - this.#burstMs - now;
    if (waitMs > 0) await this.#wait(waitMs);
  }
}
