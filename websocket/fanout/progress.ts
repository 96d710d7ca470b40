/** Waits for many things, until all have ended or none has for a while. */
export class Progress {
  readonly #patienceMs: number;
  readonly #open = new Set<string>();
  #ended = 0;
  #finish: (() => void) | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Counts in a promise, which must not reject. */
  track(id: string, work: Promise<void>): void {
    this.#open.add(id);
    void work.then(() => {
      this.#open.delete(id);
      this.#ended += 1;
      if (this.#open.size === 0) this.#finish?.();
    });
  }

  /**
   * Resolves when nothing is open, or nothing has ended for the time of patience.
   * @returns what is still open.
   */
  async done(): Promise<readonly string[]> {
    if (this.#open.size === 0) return [];
    await new Promise<void>((resolve) => {
      let seen = this.#ended;
      const timer = setInterval(() => {
        if (this.#ended === seen) finish();
        seen = this.#ended;
      }, this.#patienceMs);
      const finish = () => {
        clearInterval(timer);
        resolve();
      };
      this.#finish = finish;
    });
    return [...this.#open];
  }
}
