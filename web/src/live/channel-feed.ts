import { ABANDONED_EVENT_TYPE } from '@ordercast/contract/abandoned-event.ts';
import type { LiveClient } from './live-client.ts';

export interface FeedListener<Item> {
  onItem(item: Item): void;
  /** Something was missed: what is shown must be read again. */
  onGap(): void;
}

export interface FeedOptions<Item> {
  client: Pick<LiveClient, 'subscribe'>;
  channel: string;
  /** An event's data, or undefined where these pages do not know it. */
  read(event: { readonly type: string; readonly data: unknown }): Item | undefined;
}

/**
 * One channel for the whole time of being signed in, and any number of pages that listen to it.
 * A page that has loaded through HTTP after `subscribed` resolved misses nothing.
 */
export class ChannelFeed<Item> {
  readonly #options: FeedOptions<Item>;
  readonly #listeners = new Set<FeedListener<Item>>();
  readonly #subscribed: Promise<void>;
  #resolveSubscribed: () => void = () => undefined;
  #isSubscribed = false;

  constructor(options: FeedOptions<Item>) {
    this.#options = options;
    this.#subscribed = new Promise((resolve) => (this.#resolveSubscribed = resolve));
  }

  /** Whether events have begun to come. */
  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** Resolves when events have begun to come; never rejects, and may never resolve. */
  get subscribed(): Promise<void> {
    return this.#subscribed;
  }

  /** Subscribes; returns the clean-up. */
  open(): () => void {
    const { client, channel } = this.#options;
    const subscription = client.subscribe(channel, {
      onEvent: (event) => this.#deliver(event),
      onReload: () => this.#each((listener) => listener.onGap()),
    });
    subscription.ready.then(
      () => {
        this.#isSubscribed = true;
        this.#resolveSubscribed();
      },
      () => undefined,
    );
    return () => subscription.unsubscribe();
  }

  /** Hears every event from now on; returns the clean-up. */
  listen(listener: FeedListener<Item>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #deliver(event: { readonly type: string; readonly data: unknown }): void {
    // It stands for an event that was lost, and does not say what had changed.
    if (event.type === ABANDONED_EVENT_TYPE) {
      this.#each((listener) => listener.onGap());
      return;
    }
    const item = this.#options.read(event);
    if (item !== undefined) this.#each((listener) => listener.onItem(item));
  }

  #each(tell: (listener: FeedListener<Item>) => void): void {
    for (const listener of [...this.#listeners]) tell(listener);
  }
}
