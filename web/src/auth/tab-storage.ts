import type { ICognitoStorage } from 'amazon-cognito-identity-js';
import type { KeyStore } from '../storage/fallback-storage.svelte.ts';

const LAST_USER = '.LastAuthUser';

/**
 * Keeps tokens in the browser's shared storage, under each user's name, but remembers by tab
 * which user the tab belongs to: two windows may be two people, a reload keeps its person, and a
 * new tab opens as whoever signed in last. Without it the Cognito library would, on a refresh,
 * save one person's tokens under another's name.
 */
export class TabStorage implements ICognitoStorage {
  readonly #tab: KeyStore;
  readonly #shared: KeyStore;

  constructor(tab: KeyStore, shared: KeyStore) {
    this.#tab = tab;
    this.#shared = shared;
  }

  getItem(key: string): string | null {
    if (!key.endsWith(LAST_USER)) return this.#shared.getItem(key);
    const own = this.#tab.getItem(key);
    if (own !== null) return own;
    const last = this.#shared.getItem(key);
    if (last !== null) this.#tab.setItem(key, last);
    return last;
  }

  setItem(key: string, value: string): void {
    this.#shared.setItem(key, value);
    if (key.endsWith(LAST_USER)) this.#tab.setItem(key, value);
  }

  removeItem(key: string): void {
    if (key.endsWith(LAST_USER)) {
      const own = this.#tab.getItem(key);
      this.#tab.removeItem(key);
      if (own !== null && own !== this.#shared.getItem(key)) return;
    }
    this.#shared.removeItem(key);
  }

  clear(): void {
    this.#tab.clear();
    this.#shared.clear();
  }
}
