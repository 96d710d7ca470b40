import { FallbackStorage } from './fallback-storage.svelte.ts';
import type { StorageLoss } from './fallback-storage.svelte.ts';

/** All that the page keeps in the browser: nothing else of it asks `window` for a storage. */
export class PageStorage {
  /** Of this tab, as long as it is open. */
  readonly tab: FallbackStorage;
  /** Of all tabs, and of those to come. */
  readonly shared: FallbackStorage;

  constructor(window: Pick<Window, 'sessionStorage' | 'localStorage'>) {
    this.tab = new FallbackStorage(() => window.sessionStorage);
    this.shared = new FallbackStorage(() => window.localStorage);
  }

  get loss(): StorageLoss | undefined {
    return this.shared.loss ?? this.tab.loss;
  }
}
