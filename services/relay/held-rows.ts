/** Rows that are under way, with the channels that have their event and those that wait for it. */
export class HeldRows {
  readonly #rows = new Map<string, { left: Set<string>; published: string[] }>();

  get size(): number {
    return this.#rows.size;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  add(id: string, channels: readonly string[]): void {
    this.#rows.set(id, { left: new Set(channels), published: [] });
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }

  /** A channel has the row's event. True when it was the last one. */
  publishedOn(id: string, channel: string): boolean {
    const row = this.#rows.get(id);
    if (!row?.left.delete(channel)) return false;
    row.published.push(channel);
    return row.left.size === 0;
  }

  /** Rows of which a part is published that was not told of before: their ids and those channels. */
  takePartlyPublished(): { id: string; channels: string[] }[] {
    const partly: { id: string; channels: string[] }[] = [];
    for (const [id, { left, published }] of this.#rows) {
      if (left.size > 0 && published.length > 0) partly.push({ id, channels: published.splice(0) });
    }
    return partly;
  }
}
