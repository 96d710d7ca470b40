import type { ServerResponse } from 'node:http';

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
  readonly #held = new Set<(isReleased: boolean) => void>();
  readonly #watchers = new Set<() => void>();

  /** For the next requests; each attempt of a client counts. */
  set(fault: SesFault, times = Number.POSITIVE_INFINITY): void {
    this.#fault = fault;
    this.#left = times;
  }

  clear(): void {
    this.#left = 0;
  }

  /** How many requests hang now. */
  get hanging(): number {
    return this.#held.size;
  }

  /** Resolves when a request hangs. */
  async untilHanging(): Promise<void> {
    if (this.#held.size > 0) return;
    await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  /** Lets those that hang go on. */
  release(): void {
    for (const end of this.#held) end(true);
  }

  /** What the next request meets. */
  take(): SesFault | undefined {
    if (this.#left <= 0) return undefined;
    this.#left -= 1;
    return this.#fault;
  }

  /** Resolves with true at the next {@link release}, with false when the caller has gone. */
  hold(response: ServerResponse): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isReleased: boolean): void => {
        this.#held.delete(end);
        resolve(isReleased);
      };
      this.#held.add(end);
      response.once('close', () => end(false));
      for (const wake of this.#watchers) wake();
      this.#watchers.clear();
    });
  }
}
