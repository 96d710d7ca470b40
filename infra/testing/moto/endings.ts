type End = () => void | Promise<void>;

/** What is to be ended after a file's tests: last begun, first ended, though one of them fails. */
export class Endings {
  readonly #ends: End[] = [];

  add(end: End): void {
    this.#ends.unshift(end);
  }

  /** Rejects with what the first of those that failed has thrown, after all of them. */
  async all(): Promise<void> {
    const faults: unknown[] = [];
    for (const end of this.#ends.splice(0)) {
      try {
        await end();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}
