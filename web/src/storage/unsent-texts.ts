import { z } from 'zod';
import type { KeyStore } from './fallback-storage.svelte.ts';
import { parseJson } from './parse-json.ts';

const textsSchema = z.record(z.string(), z.string());

/**
 * What one person has begun to write and not sent, each text under a name. A reload of the page loses none
 * of it: what is kept is read and written as it changes.
 */
export class UnsentTexts {
  readonly #storage: Pick<KeyStore, 'getItem' | 'setItem' | 'removeItem'>;
  readonly #key: string;

  /** @param key names the person, so that two of one browser never see each other's texts */
  constructor(storage: Pick<KeyStore, 'getItem' | 'setItem' | 'removeItem'>, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Empty where nothing was begun. */
  get(name: string): string {
    return this.#kept().get(name) ?? '';
  }

  /** An empty text is forgotten. */
  set(name: string, text: string): void {
    const texts = this.#kept();
    if (text === '') texts.delete(name);
    else texts.set(name, text);
    if (texts.size === 0) this.clear();
    else this.#storage.setItem(this.#key, JSON.stringify(Object.fromEntries(texts)));
  }

  clear(): void {
    this.#storage.removeItem(this.#key);
  }

  #kept(): Map<string, string> {
    const kept = textsSchema.safeParse(parseJson(this.#storage.getItem(this.#key))).data;
    return new Map(Object.entries(kept ?? {}));
  }
}
