import type { SetTimer } from '../timers.ts';

interface Pending {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualTimers {
  /** Epoch ms. */
  now = Date.UTC(2026, 0, 1);
  #order = 0;
  readonly #pending = new Set<Pending>();

  readonly clock = (): number => this.now;

  readonly setTimer: SetTimer = (run, delayMs) => {
    const timer = { at: this.now + delayMs, order: (this.#order += 1), run };
    this.#pending.add(timer);
    return () => void this.#pending.delete(timer);
  };

  /** How many timers are armed. */
  get armed(): number {
    return this.#pending.size;
  }

  /** In how many ms the next timer is due; undefined where none is armed. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.at - this.now;
  }

  /** Moves the clock and runs what falls due, in order, timers armed on the way included. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#pending.delete(next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  #next(): Pending | undefined {
    return [...this.#pending].sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}
