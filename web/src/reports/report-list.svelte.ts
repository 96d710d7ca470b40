import { hasEnded } from '@ordercast/contract/report.ts';
import type { Report, ReportEventData } from '@ordercast/contract/report.ts';
import { apiErrorText } from '../api/api-error.ts';
import { Readings } from '../api/readings.ts';
import type { ChannelFeed } from '../live/channel-feed.ts';
import type { ReportApi } from './report-api.ts';
import { newestFirst, withEvent } from './report-change.ts';
import { REPORT_STATUS_TEXT, reportName } from './report-text.ts';

/** The API's largest page. */
const MAX_PAGE_SIZE = 200;
const PAGE_SIZE = 25;
/** Events remembered for answers that are still on their way. */
const REMEMBERED_EVENTS = 500;

export interface ReportListOptions {
  api: Pick<ReportApi, 'listReports'>;
  feed: Pick<ChannelFeed<ReportEventData>, 'listen' | 'isSubscribed' | 'subscribed'>;
  /** Resolves when the list should be shown even though nothing comes live yet. */
  feedTimeout: () => Promise<void>;
}

/**
 * The runs of reports, newest first, as they go on. It reads through HTTP after the channel stands (or again
 * once it does), applies events by version, and never turns a run back.
 */
export class ReportList {
  readonly #options: ReportListOptions;
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #items = $state.raw<readonly Report[]>([]);
  #nextCursor = $state<string | null>(null);
  #isLoadingMore = $state(false);
  #error = $state<string>();
  #news = $state('');
  #isClosed = false;
  readonly #readings = new Readings();
  readonly #events = new Map<string, ReportEventData>();
  /** Runs that came by themselves, and how many readings had begun by then. */
  readonly #arrivals = new Map<string, number>();

  constructor(options: ReportListOptions) {
    this.#options = options;
  }

  get state(): 'loading' | 'ready' | 'failed' {
    return this.#state;
  }

  get items(): readonly Report[] {
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

  /** The last run that ended, in words; how far others are is not worth an interruption. */
  get news(): string {
    return this.#news;
  }

  /** Reads the runs and follows them; returns the clean-up. */
  open(): () => void {
    const stop = this.#options.feed.listen({
      onItem: (event) => this.#onEvent(event),
      onGap: () => void this.reload(),
    });
    void this.#load();
    return () => {
      this.#isClosed = true;
      stop();
    };
  }

  /** Reads again what is shown; never rejects. */
  async reload(): Promise<void> {
    const reading = this.#readings.begin();
    try {
      const { read, nextCursor } = await this.#readAsManyAsShown();
      if (!this.#readings.take(reading)) return;
      for (const [id, begun] of this.#arrivals) if (begun < reading) this.#arrivals.delete(id);
      const arrived = this.#items.filter(({ id }) => this.#arrivals.has(id));
      const ids = new Set(read.map(({ id }) => id));
      const known = this.#items.filter(({ id }) => ids.has(id));
      this.#nextCursor = nextCursor;
      this.#setItems([...arrived, ...known, ...read]);
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
    if (this.#error !== undefined) await this.reload();
  }

  async loadMore(): Promise<void> {
    const cursor = this.#nextCursor;
    if (cursor === null || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    this.#error = undefined;
    try {
      const page = await this.#options.api.listReports({ cursor, limit: PAGE_SIZE });
      // A reading in between may end elsewhere: this page would leave a hole after it.
      if (cursor !== this.#nextCursor) return;
      this.#nextCursor = page.nextCursor;
      this.#setItems([...this.#items, ...page.items]);
    } catch (cause) {
      this.#error = apiErrorText(cause);
    } finally {
      this.#isLoadingMore = false;
    }
  }

  /** Takes a run as an answer told of it, such as one that was just asked for. */
  adopt(run: Report): void {
    this.#arrivals.set(run.id, this.#readings.begun);
    this.#setItems([run, ...this.#items]);
  }

  async #load(): Promise<void> {
    const { feed, feedTimeout } = this.#options;
    if (!feed.isSubscribed) await Promise.race([feed.subscribed, feedTimeout()]);
    const readBlind = !feed.isSubscribed;
    if (!this.#isClosed) await this.reload();
    if (!readBlind) return;
    await feed.subscribed;
    if (!this.#isClosed) await this.reload();
  }

  async #readAsManyAsShown(): Promise<{ read: Report[]; nextCursor: string | null }> {
    const read: Report[] = [];
    let cursor: string | null = null;
    do {
      const missing = this.#items.length - read.length;
      const limit = Math.min(MAX_PAGE_SIZE, Math.max(PAGE_SIZE, missing));
      const page = await this.#options.api.listReports({ cursor: cursor ?? undefined, limit });
      read.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null && read.length < this.#items.length);
    return { read, nextCursor: cursor };
  }

  #onEvent(event: ReportEventData): void {
    const known = this.#events.get(event.id);
    if (known && known.version >= event.version) return;
    this.#remember(event);
    const shown = this.#items.find(({ id }) => id === event.id);
    if (shown) {
      if (shown.version >= event.version) return;
      this.#setItems(this.#items);
      if (hasEnded(event.status) && !hasEnded(shown.status)) this.#tellEnd(event);
    } else if (this.#belongs(event)) {
      this.adopt(event);
    }
  }

  #remember(event: ReportEventData): void {
    this.#events.delete(event.id);
    this.#events.set(event.id, event);
    if (this.#events.size <= REMEMBERED_EVENTS) return;
    const [oldest] = this.#events.keys();
    if (oldest !== undefined) this.#events.delete(oldest);
  }

  /** Whether a run that is not shown lies where runs are shown, and not on a page that is still to be loaded. */
  #belongs({ id }: Pick<Report, 'id'>): boolean {
    const last = this.#items.at(-1);
    return (
      this.#state !== 'ready' || this.#nextCursor === null || (last !== undefined && id > last.id)
    );
  }

  #setItems(items: Iterable<Report>): void {
    this.#items = newestFirst(items).map((run) => withEvent(run, this.#events.get(run.id)));
  }

  #tellEnd(event: ReportEventData): void {
    this.#news = `${reportName(event)}: ${REPORT_STATUS_TEXT[event.status].toLowerCase()}.`;
  }
}
