/** So many may work at once; the others wait in the order they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #next = 0;

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when a slot is the caller's, who gives it back by calling `release` once. */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const waiting = this.#waiting[this.#next];
    if (waiting === undefined) {
      this.#free += 1;
      return;
    }
    this.#next += 1;
    if (this.#next > 1024 && this.#next * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    waiting();
  }
}
