/** Waits for many things, until all have ended or none has for a while. */
export class Progress {
  readonly #patienceMs: number;
  #open = 0;
  #ended = 0;
  #finish: (() => void) | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Counts in a promise, which must not reject. */
  track(work: Promise<void>): void {
    this.#open += 1;
    void work.then(() => {
      this.#open -= 1;
      this.#ended += 1;
      if (this.#open === 0) this.#finish?.();
    });
  }

  /** Resolves when nothing is open, or nothing has ended for the time of patience. */
  async done(): Promise<void> {
    if (this.#open === 0) return;
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
  }
}
