/**
 * Keeps how far each channel was delivered, as `"<epoch>.<seq>"`. Synchronous: a store on slow storage
 * loads before the client is made and writes behind. A position is saved after the callbacks for it
 * have returned.
 */
export interface PositionStore {
  /**
   * The last position saved for the channel, or undefined to start at the present; what is no position
   * counts as none.
   */
  load(channel: string): string | undefined;
  save(channel: string, position: string): void;
}

/** Keeps positions as long as the page or process lives: reconnecting resumes, reloading does not. */
export function memoryPositions(): PositionStore {
  const positions = new Map<string, string>();
  return {
    load: (channel) => positions.get(channel),
    save: (channel, position) => void positions.set(channel, position),
  };
}

/** What `sessionStorage` and `localStorage` have in common with others. */
export interface KeyStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/**
 * Keeps positions in `sessionStorage` (or anything like it), so that reloading the page resumes.
 * `prefix` must name the user, for example by `sub`: two users of one browser then never take each
 * other's positions.
 */
export function storagePositions(storage: KeyStorage, prefix: string): PositionStore {
  const key = (channel: string) => `${encodeURIComponent(prefix)}:${channel}`;
  return {
    load: (channel) => storage.getItem(key(channel)) ?? undefined,
    save: (channel, position) => storage.setItem(key(channel), position),
  };
}
