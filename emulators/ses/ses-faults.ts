/**
 * How a test lets SES fail:
 * - `throttle`: 429 `TooManyRequestsException`, which clients try again after; nothing is sent;
 * - `reject`: 400 `MessageRejected`; nothing is sent;
 * - `unavailable`: 500 `InternalServiceErrorException`; nothing is sent;
 * - `lose-request`: the connection breaks when the request was read; nothing is sent;
 * - `lose-answer`: the mail is sent, and the connection breaks instead of the answer;
 * - `hang`: the request was read and waits; it is sent once {@link SesFaults.release} is called, unless its caller has gone.
 */
export type SesFault =
  'throttle' | 'reject' | 'unavailable' | 'lose-request' | 'lose-answer' | 'hang';

/** The faults of one stand-in: none until a test sets some. */
export class SesFaults {
  #fault: SesFault | undefined;
  #left = 0;
  readonly #held = new Set<() => void>();
  readonly #waiters = new Set<() => void>();

  /** For the next requests; each attempt of a client counts. */
  set(fault: SesFault, times = Number.POSITIVE_INFINITY): void {
    this.#fault = fault;
    this.#left = times;
  }

  clear(): void {
    this.#left = 0;
  }

  /** Resolves when a request hangs. */
  async hanging(): Promise<void> {
    if (this.#held.size > 0) return;
    await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  /** Lets those that hang go on. */
  release(): void {
    for (const goOn of this.#held) goOn();
    this.#held.clear();
  }

  /** What the next request meets. */
  take(): SesFault | undefined {
    if (this.#left <= 0) return undefined;
    this.#left -= 1;
    return this.#fault;
  }

  /** Resolves at the next {@link release}. */
  hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#held.add(resolve);
      for (const wake of this.#waiters) wake();
      this.#waiters.clear();
    });
  }
}
