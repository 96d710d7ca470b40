import type { LiveClient, LiveClientState } from './live-client.ts';

/** The part of `window` that knows of the network. */
type Browser = Pick<EventTarget, 'addEventListener' | 'removeEventListener'> & {
  readonly navigator: { readonly onLine: boolean };
};

/** Whether changes arrive by themselves, in words that stand on every page. */
export class ConnectionStatus {
  readonly #client: Pick<LiveClient, 'state' | 'onState'>;
  #state = $state<LiveClientState>('idle');
  #isOnline = $state(true);
  #wasConnected = $state(false);
  readonly #backListeners = new Set<() => void>();

  constructor(client: Pick<LiveClient, 'state' | 'onState'>) {
    this.#client = client;
    this.#take(client.state);
  }

  get state(): LiveClientState {
    return this.#state;
  }

  get isLive(): boolean {
    return this.#state === 'connected' && this.#isOnline;
  }

  get text(): string {
    if (!this.#isOnline && this.#state !== 'closed') return 'Offline';
    switch (this.#state) {
      case 'connected':
        return 'Live';
      case 'closed':
        return 'Disconnected';
      case 'idle':
      case 'connecting':
      case 'waiting':
        return this.#wasConnected || this.#state === 'waiting' ? 'Reconnecting…' : 'Connecting…';
    }
  }

  /**
   * Calls whenever there may be a way to the server again: the browser says that it has a network, or the
   * channel stands; returns the clean-up.
   */
  onBack(listener: () => void): () => void {
    this.#backListeners.add(listener);
    return () => void this.#backListeners.delete(listener);
  }

  /** Follows the client and the browser's own word on the network; returns the clean-up. */
  watch(browser: Browser): () => void {
    const onNetwork = () => {
      const wasOnline = this.#isOnline;
      this.#isOnline = browser.navigator.onLine;
      if (!wasOnline && this.#isOnline) this.#tellBack();
    };
    onNetwork();
    browser.addEventListener('online', onNetwork);
    browser.addEventListener('offline', onNetwork);
    const stop = this.#client.onState((state) => this.#take(state));
    this.#take(this.#client.state);
    return () => {
      stop();
      browser.removeEventListener('online', onNetwork);
      browser.removeEventListener('offline', onNetwork);
    };
  }

  #take(state: LiveClientState): void {
    const wasConnected = this.#state === 'connected';
    this.#state = state;
    if (state !== 'connected') return;
    this.#wasConnected = true;
    if (!wasConnected) this.#tellBack();
  }

  #tellBack(): void {
    for (const listener of [...this.#backListeners]) listener();
  }
}
