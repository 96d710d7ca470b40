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
      let stillTicks = 0;
      // Two ticks without an end: one alone may only say that this process was busy, since its
      // timers come before the answers that arrived meanwhile.
      const timer = setInterval(() => {
        stillTicks = this.#ended === seen ? stillTicks + 1 : 0;
        seen = this.#ended;
        if (stillTicks === 2) finish();
      }, this.#patienceMs / 2);
      const finish = () => {
        clearInterval(timer);
        resolve();
      };
      this.#finish = finish;
    });
    return [...this.#open];
  }
}
