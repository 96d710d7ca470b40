import { TransactionAborted } from '../transaction-aborted.ts';

/**
 * The statements of one connection, first in, first out, one at a time: TDS has no second channel.
 * Once one has failed in a transaction nothing more of that transaction reaches the server, where
 * it would run after the rollback, each statement in a transaction of its own.
 */
export class RequestQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #failure: { cause: unknown } | undefined;

  /**
   * Runs `work` after all that was given before. `isInTransaction` is asked when its turn comes.
   * Rejects with `TransactionAborted` where an earlier failure has ended the transaction.
   */
  async run<Result>(
    work: () => Promise<Result>,
    isInTransaction: () => boolean = () => false,
  ): Promise<Result> {
    return this.#next(async () => {
      this.assertNotAborted();
      const matters = isInTransaction();
      try {
        return await work();
      } catch (error) {
        if (matters) this.#failure ??= { cause: error };
        throw error;
      }
    });
  }

  /** From now on nothing of this transaction runs; what waits in the queue is dropped. */
  abort(cause: unknown): void {
    this.#failure ??= { cause };
  }

  /** Runs the rollback when the statement under way has ended; the connection is then fresh again. */
  async reset(rollback: () => Promise<void>): Promise<void> {
    return this.#next(async () => {
      try {
        await rollback();
      } finally {
        this.#failure = undefined;
      }
    });
  }

  assertNotAborted(): void {
    if (this.#failure === undefined) return;
    throw new TransactionAborted('An earlier statement of this transaction failed.', this.#failure);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  #next<Result>(turn: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(turn);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
