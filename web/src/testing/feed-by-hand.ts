import type { FeedListener } from '../live/channel-feed.ts';

/** For specs: a channel whose events are sent by hand; it stands when `stand` is called. */
export class FeedByHand<Item> {
  isSubscribed = false;
  readonly subscribed: Promise<void>;
  readonly #listeners = new Set<FeedListener<Item>>();
  #resolve: () => void = () => undefined;

  constructor() {
    this.subscribed = new Promise((resolve) => (this.#resolve = resolve));
  }

  stand(): void {
    this.isSubscribed = true;
    this.#resolve();
  }

  listen(listener: FeedListener<Item>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  send(...events: Item[]): void {
    for (const event of events) for (const listener of this.#listeners) listener.onItem(event);
  }

  gap(): void {
    for (const listener of this.#listeners) listener.onGap();
  }
}
