/** Late connections that are remembered; beyond it the longest known are waited for once more. */
const MAX_REMEMBERED = 10_000;

/** The connections that kept others waiting last time, and have taken nothing since. */
export class LateConnections {
  readonly #ids = new Set<string>();

  has(connectionId: string): boolean {
    return this.#ids.has(connectionId);
  }

  add(connectionId: string): void {
    this.#ids.add(connectionId);
    for (const oldest of this.#ids) {
      if (this.#ids.size <= MAX_REMEMBERED) break;
      this.#ids.delete(oldest);
    }
  }

  delete(connectionId: string): void {
    this.#ids.delete(connectionId);
  }
}
