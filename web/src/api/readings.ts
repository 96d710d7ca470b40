/**
 * Readings of the same thing that may overlap, numbered as they begin: of two, the answer of the earlier
 * is never taken after the later's.
 */
export class Readings {
  #begun = 0;
  #lastTaken = 0;
  #lastFailed = 0;

  /** How many have begun. */
  get begun(): number {
    return this.#begun;
  }

  /** The number of a reading that begins now. */
  begin(): number {
    this.#begun += 1;
    return this.#begun;
  }

  /** Takes the answer of a reading, unless a later one's was taken; says whether. */
  take(reading: number): boolean {
    if (reading < this.#lastTaken) return false;
    this.#lastTaken = reading;
    return true;
  }

  /** Notes that a reading failed; says whether that is news, since no later one was taken. */
  fail(reading: number): boolean {
    if (reading < this.#lastTaken) return false;
    this.#lastFailed = reading;
    return true;
  }

  /** Whether a later reading failed: what that one was for is still missing. */
  hasFailedAfter(reading: number): boolean {
    return this.#lastFailed > reading;
  }
}
