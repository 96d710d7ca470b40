/** What is remembered of a key until its end, epoch ms, in memory alone. */
export interface ExpiringTable<Entry extends { endsAt: number }> {
  /** Undefined where there is none, or it has ended. */
  get(key: string): Entry | undefined;
  put(key: string, entry: Entry): void;
  remove(key: string): void;
}

/**
 * Holds at most `most` entries: one more takes the place of that which was put longest ago, so that
 * strangers who make up keys cannot fill the memory. Keys are as short as the protocol's names.
 */
export function createExpiringTable<Entry extends { endsAt: number }>(
  clock: () => number,
  most: number,
): ExpiringTable<Entry> {
  const entries = new Map<string, Entry>();

  return {
    get(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.endsAt > clock() ? entry : undefined;
    },
    put(key, entry) {
      // Put anew, it is the youngest.
      entries.delete(key);
      entries.set(key, entry);
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
    },
    remove(key) {
      entries.delete(key);
    },
  };
}
