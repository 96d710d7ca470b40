import type { Announcement } from '@ordercast/contract/announcement.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import type { OrderApi } from '../api/order-api.ts';
import { Readings } from '../api/readings.ts';
import type { ChannelFeed } from '../live/channel-feed.ts';
import type { AnnouncementMarks } from './announcement-marks.svelte.ts';

/** More of them at once would leave a phone no room for anything else. */
const MAX_BANNERS = 3;

export interface AnnouncementBoardOptions {
  api: Pick<OrderApi, 'listAnnouncements' | 'publishAnnouncement'>;
  feed: Pick<ChannelFeed<Announcement>, 'listen'>;
  /** What the person has put away. */
  dismissed: AnnouncementMarks;
  /** What the person has seen on the page of announcements. */
  read: AnnouncementMarks;
}

/** What the admins have told everybody, newest first, as it is told. */
export class AnnouncementBoard {
  readonly #options: AnnouncementBoardOptions;
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #items = $state.raw<readonly Announcement[]>([]);
  /** What may take room above the page: a new one waits, lest it push what the person points at. */
  #shown = $state.raw<ReadonlySet<string>>(new Set());
  #nextCursor = $state<string | null>(null);
  #isLoadingMore = $state(false);
  #error = $state<string>();
  readonly #readings = new Readings();

  constructor(options: AnnouncementBoardOptions) {
    this.#options = options;
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

  /** The newest announcements that are shown and that the person has not put away. */
  get banners(): readonly Announcement[] {
    return this.#undismissedShown.slice(0, MAX_BANNERS);
  }

  /** How many more are shown in principle, and were not put away. */
  get furtherBanners(): number {
    return Math.max(0, this.#undismissedShown.length - MAX_BANNERS);
  }

  /** What came since `showWaiting`, and was neither read nor put away. */
  get waiting(): readonly Announcement[] {
    return this.#unread.filter(({ id }) => !this.#shown.has(id));
  }

  /** How many announcements the person has neither read nor put away, of those that were read from the API. */
  get unreadCount(): number {
    return this.#unread.length;
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

  /** Reads again what could not be read for want of a connection. */
  async reconnected(): Promise<void> {
    if (this.#error !== undefined) await this.load();
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

  /** Lets all that came become banners: the person asks for it, or has another page before them. */
  showWaiting(): void {
    this.#shown = new Set(this.#items.map(({ id }) => id));
  }

  dismiss(id: string): void {
    this.#options.dismissed.add(id);
  }

  dismissAll(): void {
    const newest = this.#items[0];
    if (newest) this.#options.dismissed.addUpTo(newest.id);
  }

  /** The person sees all that is listed. */
  markRead(): void {
    const newest = this.#items[0];
    if (newest) this.#options.read.addUpTo(newest.id);
  }

  /** @throws ApiError */
  async publish(text: string): Promise<void> {
    this.#take([await this.#options.api.publishAnnouncement(text)]);
  }

  get #undismissed(): readonly Announcement[] {
    return this.#items.filter(({ id }) => !this.#options.dismissed.has(id));
  }

  get #undismissedShown(): readonly Announcement[] {
    return this.#undismissed.filter(({ id }) => this.#shown.has(id));
  }

  get #unread(): readonly Announcement[] {
    return this.#undismissed.filter(({ id }) => !this.#options.read.has(id));
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
