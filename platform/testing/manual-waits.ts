import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Wait } from '../wait.ts';

/** Waits that end only when a test rings, or when whoever waits is told to wait no longer. */
export class ManualWaits {
  /** How long each wait should have been, in ms, from the first on. */
  readonly askedMs: number[] = [];
  readonly #pending = new Map<() => void, number>();

  readonly wait: Wait = async (ms, signal) => {
    this.askedMs.push(ms);
    if (signal?.aborted === true) {
      // Whoever never really waits must not keep the test from its turn.
      await nextTurn();
      return;
    }
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.#pending.delete(end);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      this.#pending.set(end, ms);
      signal?.addEventListener('abort', end);
    });
  };

  /** How long those who wait now want to wait, in ms. */
  get pendingMs(): number[] {
    return [...this.#pending.values()];
  }

  /** Ends every wait that is under way, as when their time has passed. */
  ring(): void {
    for (const end of [...this.#pending.keys()]) end();
  }

  /** Rings turn after turn until `work` is done: for the end of a test that may have failed anywhere. */
  async ringUntil(work: Promise<unknown>): Promise<void> {
    const state = { isDone: false };
    const done = work.finally(() => (state.isDone = true));
    while (!state.isDone) {
      this.ring();
      await nextTurn();
    }
    await done;
  }
}
