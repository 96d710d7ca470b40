/** The part of the Web Storage that the page uses. */
export type KeyStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear'>;

/** Why something is kept no longer than the page lives: site data is blocked, or no room is left. */
export type StorageLoss = 'blocked' | 'full';

/** One of the browser's storages; what the browser does not keep goes on in memory. Never throws. */
export class FallbackStorage implements KeyStore {
  readonly #memory = new Map<string, string>();
  readonly #kept: KeyStore | undefined;
  #loss = $state<StorageLoss>();

  /** @param open reads a property of `window`, which throws where site data is blocked */
  constructor(open: () => KeyStore | null) {
    this.#kept = this.#attempt(open, 'blocked') ?? undefined;
    if (!this.#kept) this.#loss = 'blocked';
  }

  /** Undefined while the browser has kept everything. */
  get loss(): StorageLoss | undefined {
    return this.#loss;
  }

  getItem(key: string): string | null {
    return (
      this.#memory.get(key) ?? this.#attempt(() => this.#kept?.getItem(key), 'blocked') ?? null
    );
  }

  setItem(key: string, value: string): void {
    this.#memory.set(key, value);
    const isKept = this.#attempt(() => {
      this.#kept?.setItem(key, value);
      return this.#kept !== undefined;
    }, 'full');
    if (isKept) this.#memory.delete(key);
    // The next load of the page must not take what was kept before for the newest.
    else this.#forget(key);
  }

  removeItem(key: string): void {
    this.#memory.delete(key);
    this.#forget(key);
  }

  clear(): void {
    this.#memory.clear();
    this.#attempt(() => this.#kept?.clear(), 'blocked');
  }

  #forget(key: string): void {
    this.#attempt(() => this.#kept?.removeItem(key), 'blocked');
  }

  #attempt<Result>(action: () => Result, loss: StorageLoss): Result | undefined {
    try {
      return action();
    } catch {
      this.#loss ??= loss;
      return undefined;
    }
  }
}
