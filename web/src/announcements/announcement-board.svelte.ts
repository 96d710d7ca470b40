import type { Announcement } from '@ordercast/contract/announcement.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import type { OrderApi } from '../api/order-api.ts';
import { Readings } from '../api/readings.ts';
import type { ChannelFeed } from '../live/channel-feed.ts';

export interface AnnouncementBoardOptions {
  api: Pick<OrderApi, 'listAnnouncements' | 'publishAnnouncement'>;
  feed: Pick<ChannelFeed<Announcement>, 'listen'>;
  /** Remembers which announcement the person has put away. */
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  storageKey: string;
}

/** What the admins have told everybody, newest first, as it is told. */
export class AnnouncementBoard {
  readonly #options: AnnouncementBoardOptions;
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #items = $state.raw<readonly Announcement[]>([]);
  #nextCursor = $state<string | null>(null);
  #isLoadingMore = $state(false);
  #error = $state<string>();
  #dismissed = $state<string | null>(null);
  readonly #readings = new Readings();

  constructor(options: AnnouncementBoardOptions) {
    this.#options = options;
    this.#dismissed = options.storage.getItem(options.storageKey);
  }

  get state(): 'loading' | 'ready' | 'failed' {
    return this.#state;
  }

  get items(): readonly Announcement[] {
    return this.#items;
  }

  get hasMore(): boolean {
    return this.#nextCursor !== null;
  }

  get isLoadingMore(): boolean {
    return this.#isLoadingMore;
  }

  get error(): string | undefined {
    return this.#error;
  }

  /** The newest announcement, until the person puts it away. */
  get banner(): Announcement | undefined {
    const newest = this.#items[0];
    return newest && newest.id !== this.#dismissed ? newest : undefined;
  }

  /** Reads what there is and hears of what comes; returns the clean-up. */
  open(): () => void {
    const stop = this.#options.feed.listen({
      onItem: (item) => this.#take([item]),
      onGap: () => void this.load(),
    });
    void this.load();
    return stop;
  }

  /** Never rejects: `state` and `error` tell. */
  async load(): Promise<void> {
    const reading = this.#readings.begin();
    try {
      const page = await this.#options.api.listAnnouncements();
      if (!this.#readings.take(reading)) return;
      this.#take(page.items);
      this.#nextCursor = page.nextCursor;
      this.#state = 'ready';
      if (!this.#readings.hasFailedAfter(reading)) this.#error = undefined;
    } catch (cause) {
      if (!this.#readings.fail(reading)) return;
      this.#error = apiErrorText(cause);
      if (this.#state === 'loading') this.#state = 'failed';
    }
  }

  async loadMore(): Promise<void> {
    const cursor = this.#nextCursor;
    if (cursor === null || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    try {
      const page = await this.#options.api.listAnnouncements(cursor);
      this.#take(page.items);
      // A reading in between may end earlier: what lies between the two is still to be loaded.
      if (cursor === this.#nextCursor) this.#nextCursor = page.nextCursor;
      this.#error = undefined;
    } catch (cause) {
      this.#error = apiErrorText(cause);
    } finally {
      this.#isLoadingMore = false;
    }
  }

  dismiss(id: string): void {
    this.#dismissed = id;
    this.#options.storage.setItem(this.#options.storageKey, id);
  }

  /** @throws ApiError */
  async publish(text: string): Promise<void> {
    this.#take([await this.#options.api.publishAnnouncement(text)]);
  }

  #take(items: readonly Announcement[]): void {
    const byId = new Map([...this.#items, ...items].map((item) => [item.id, item]));
    this.#items = [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  }
}

/** What to say where publishing failed. */
export function publishErrorText(cause: unknown): string {
  return cause instanceof ApiError && cause.kind === 'unreachable'
    ? 'No answer came. Look at the list below before you try again: it may have been published.'
    : apiErrorText(cause);
}
