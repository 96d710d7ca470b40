import type { SetTimer } from '../timers.ts';

interface Pending {
  at: number;
  run: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualTimers {
  /** Epoch ms. */
  now = Date.UTC(2026, 0, 1);
  /** By due time, then by age: thousands of clients may share one clock. */
  readonly #pending: Pending[] = [];

  readonly clock = (): number => this.now;

  readonly setTimer: SetTimer = (run, delayMs) => {
    const timer = { at: this.now + delayMs, run };
    this.#pending.splice(this.#after(timer.at), 0, timer);
    return () => {
      const index = this.#pending.indexOf(timer);
      if (index !== -1) this.#pending.splice(index, 1);
    };
  };

  /** How many timers are armed. */
  get armed(): number {
    return this.#pending.length;
  }

  /** In how many ms the next timer is due; undefined where none is armed. */
  get nextInMs(): number | undefined {
    const [next] = this.#pending;
    return next === undefined ? undefined : next.at - this.now;
  }

  /** Moves the clock and runs what falls due, in order, timers armed on the way included. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let [next] = this.#pending; next !== undefined && next.at <= end; [next] = this.#pending) {
      this.#pending.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  /** The index of the first timer that is due later than that. */
  #after(at: number): number {
    let low = 0;
    let high = this.#pending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pending[middle]?.at ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
