import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import { MAX_SEARCH_LENGTH } from '@ordercast/contract/order.ts';
import type { OrderListItem } from '@ordercast/contract/order.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import type { OrderApi, OrderFilter } from '../api/order-api.ts';
import { Readings } from '../api/readings.ts';
import type { ChannelFeed } from '../live/channel-feed.ts';
import { listItemOf, matchesStatus, newestFirst, withChange } from './order-change.ts';
import { rowsInPlace } from './rows-in-place.ts';
import { searchedText } from './searched-text.ts';

const PAGE_SIZE = 50;
/** The API's largest page. */
const MAX_PAGE_SIZE = 200;
const MOST_READ_FOR_HELD_ROWS = 1_000;
/** More unknown orders than this at once are read as one page instead of one by one. */
const SINGLE_READS = 5;
/** Changes remembered for answers that are still on their way. */
const REMEMBERED_CHANGES = 1_000;

export type OrderListState = 'loading' | 'ready' | 'failed';

export interface OrderListOptions {
  api: Pick<OrderApi, 'listOrders' | 'readOrder'>;
  feed: Pick<ChannelFeed<OrderEventData>, 'listen' | 'isSubscribed' | 'subscribed'>;
  /** Resolves when a list should be shown even though nothing comes live yet. */
  feedTimeout: () => Promise<void>;
}

/**
 * A list of orders that keeps itself up to date. It reads through HTTP after the channel stands
 * (or reads again once it does), applies events by version, and never turns an order back.
 */
export class OrderList {
  readonly #options: OrderListOptions;
  #filter = $state.raw<OrderFilter>({});
  #state = $state<OrderListState>('loading');
  #failure = $state.raw<{ cause: unknown }>();
  /** What the list holds now. */
  #items = $state.raw<readonly OrderListItem[]>([]);
  /** What the person sees of it: the same, unless the rows are held in place. */
  #shown = $state.raw<readonly OrderListItem[]>([]);
  #waiting = $state.raw<readonly OrderListItem[]>([]);
  #isHeld = false;
  #nextCursor = $state<string | null>(null);
  #isLoadingMore = $state(false);
  #changed = $state.raw<ReadonlySet<string>>(new Set());
  #news = $state('');

  /** Counts the filters shown, so that an answer for an earlier one is dropped. */
  #generation = 0;
  readonly #changes = new Map<string, OrderEventData>();
  readonly #unknown = new Set<string>();
  readonly #readings = new Readings();
  /** Orders that came one by one, and how many readings had begun by then. */
  readonly #arrivals = new Map<string, number>();
  #isFetching = false;

  constructor(options: OrderListOptions) {
    this.#options = options;
  }

  get filter(): OrderFilter {
    return this.#filter;
  }

  get state(): OrderListState {
    return this.#state;
  }

  /** Why the list, or the rest of it, could not be read. */
  get error(): string | undefined {
    return this.#failure && apiErrorText(this.#failure.cause);
  }

  /** Whether to read the same again may help: what was refused will be refused again. */
  get canTryAgain(): boolean {
    const cause = this.#failure?.cause;
    return !(cause instanceof ApiError && cause.kind === 'invalid');
  }

  /** The orders shown, newest first. */
  get items(): readonly OrderListItem[] {
    return this.#shown;
  }

  /** Orders that came while the rows were held in place, and are not among them. */
  get waiting(): readonly OrderListItem[] {
    return this.#waiting;
  }

  /** Whether the order stands among the rows only because they are held in place. */
  hasLeft(order: Pick<OrderListItem, 'status'>): boolean {
    return !matchesStatus(order, this.#filter);
  }

  get hasMore(): boolean {
    return this.#nextCursor !== null;
  }

  get isLoadingMore(): boolean {
    return this.#isLoadingMore;
  }

  /** The last change in words, for those who do not see the rows change. */
  get news(): string {
    return this.#news;
  }

  /** Whether the order came or changed while the person was looking. */
  hasChanged(id: string): boolean {
    return this.#changed.has(id);
  }

  /** The person has seen what changed. */
  forgetChanges(): void {
    this.#changed = new Set();
    this.#news = '';
  }

  /**
   * Holds the rows where they are, so that none moves under a pointer that is about to click it, or lets
   * them go their way again.
   */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) this.showWaiting();
  }

  /** Shows the list as it is now, whoever points at its rows. */
  showWaiting(): void {
    this.#shown = this.#items;
    this.#waiting = [];
  }

  /** Begins to hear of changes; returns the clean-up. */
  open(): () => void {
    return this.#options.feed.listen({
      onItem: (change) => this.#onChange(change),
      onGap: () => void this.reload(),
    });
  }

  /**
   * Shows the orders that match; a list that shows them already is current and stays as it is.
   * Never rejects: `state` and `error` tell.
   */
  async show(filter: OrderFilter): Promise<void> {
    const isShown = filter.status === this.#filter.status && filter.q === this.#filter.q;
    if (isShown && this.#generation > 0 && this.#state !== 'failed') return;
    this.#generation += 1;
    const generation = this.#generation;
    this.#filter = filter;
    this.#state = 'loading';
    this.#failure = undefined;
    this.#items = [];
    this.showWaiting();
    this.#nextCursor = null;
    this.#isLoadingMore = false;
    this.#changed = new Set();
    this.#unknown.clear();
    const { feed, feedTimeout } = this.#options;
    if (!feed.isSubscribed) await Promise.race([feed.subscribed, feedTimeout()]);
    if (generation !== this.#generation) return;
    const readBlind = !feed.isSubscribed;
    await this.reload();
    if (!readBlind) return;
    await feed.subscribed;
    if (generation === this.#generation) await this.reload();
  }

  /** Reads what is shown once more. */
  async reload(): Promise<void> {
    const generation = this.#generation;
    const reading = this.#readings.begin();
    try {
      await this.#readRows(reading, 0);
    } catch (cause) {
      if (generation !== this.#generation || !this.#readings.fail(reading)) return;
      this.#failure = { cause };
      if (this.#state === 'loading') this.#state = 'failed';
    }
    await this.#fetchUnknown();
  }

  /** Reads again what could not be read for want of a connection. */
  async reconnected(): Promise<void> {
    if (this.#failure && this.canTryAgain) await this.reload();
  }

  /** Adds the next page. */
  async loadMore(): Promise<void> {
    const generation = this.#generation;
    const cursor = this.#nextCursor;
    if (cursor === null || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    this.#failure = undefined;
    try {
      const page = await this.#list({
        ...this.#filter,
        cursor,
        limit: PAGE_SIZE,
      });
      // A reading in between may end elsewhere: this page would leave a hole after it.
      if (generation !== this.#generation || cursor !== this.#nextCursor) return;
      this.#nextCursor = page.nextCursor;
      this.#setItems([...this.#items, ...page.items]);
    } catch (cause) {
      if (generation === this.#generation) this.#failure = { cause };
    } finally {
      if (generation === this.#generation) this.#isLoadingMore = false;
    }
  }

  /** @throws ApiError, without asking, for a search that the API would refuse in its own terms */
  async #list(query: Parameters<OrderApi['listOrders']>[0]): Promise<Page<OrderListItem>> {
    const q = query.q && searchedText(query.q);
    if ((q ?? '').length > MAX_SEARCH_LENGTH) {
      const text = `A search can have at most ${MAX_SEARCH_LENGTH} characters. Type less of it.`;
      throw new ApiError('invalid', text);
    }
    return this.#options.api.listOrders({ ...query, q });
  }

  /**
   * Reads and shows as many orders as the list holds and `more`, in as many pages as that takes: those too
   * that were loaded since the reading began. Rows that are held are read down to the last of them, unless
   * that is too far: rather than tell what was so before, they are held no longer.
   */
  async #readRows(reading: number, more: number): Promise<void> {
    const generation = this.#generation;
    const items: OrderListItem[] = [];
    let cursor: string | undefined;
    const missing = () => this.#items.length + more - items.length;
    do {
      const least =
        items.length === 0 ? PAGE_SIZE : this.#endsAboveHeldRows(items) ? MAX_PAGE_SIZE : 1;
      const limit = Math.min(MAX_PAGE_SIZE, Math.max(least, missing()));
      const page = await this.#list({ ...this.#filter, cursor, limit });
      if (generation !== this.#generation) return;
      items.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (
      cursor !== undefined &&
      (missing() > 0 || (this.#endsAboveHeldRows(items) && items.length < MOST_READ_FOR_HELD_ROWS))
    );
    this.#takeFirst({ items, nextCursor: cursor ?? null }, reading);
  }

  #endsAboveHeldRows(read: readonly OrderListItem[]): boolean {
    const last = this.#isHeld ? this.#shown.at(-1) : undefined;
    return last !== undefined && last.id < (read.at(-1)?.id ?? '');
  }

  #takeFirst(page: Page<OrderListItem>, reading: number): void {
    if (!this.#readings.take(reading)) return;
    if (page.nextCursor !== null && this.#endsAboveHeldRows(page.items)) this.#shown = [];
    for (const [id, begun] of this.#arrivals) if (begun < reading) this.#arrivals.delete(id);
    const kept = this.#items.filter((item) => this.#arrivals.has(item.id));
    const known = new Map(this.#items.map((item) => [item.id, item]));
    const read = page.items.map((item) => {
      const shown = known.get(item.id);
      return shown && shown.version > item.version ? shown : item;
    });
    this.#nextCursor = page.nextCursor;
    if (!this.#readings.hasFailedAfter(reading)) this.#failure = undefined;
    this.#state = 'ready';
    this.#setItems([...kept, ...read]);
  }

  #setItems(items: Iterable<OrderListItem>): void {
    this.#items = newestFirst(items)
      .map((item) => withChange(item, this.#changes.get(item.id)))
      .filter((item) => matchesStatus(item, this.#filter));
    if (!this.#isHeld) {
      this.showWaiting();
      return;
    }
    const shown = this.#shown.map((item) => withChange(item, this.#changes.get(item.id)));
    const held = rowsInPlace(shown, this.#items);
    this.#shown = held.rows;
    this.#waiting = held.waiting;
  }

  #onChange(change: OrderEventData): void {
    const known = this.#changes.get(change.orderId);
    if (known && known.version >= change.version) return;
    this.#remember(change);
    const isOrder = ({ id }: OrderListItem) => id === change.orderId;
    const shown = this.#items.find(isOrder) ?? this.#shown.find(isOrder);
    if (shown) {
      if (shown.version >= change.version) return;
      this.#setItems(this.#items);
      this.#mark(change.orderId, `Order ${shown.number} is now ${change.status}.`);
    } else if (this.#mayBelong(change)) {
      this.#unknown.add(change.orderId);
      if (this.#state !== 'loading') void this.#fetchUnknown();
    }
  }

  #remember(change: OrderEventData): void {
    this.#changes.delete(change.orderId);
    this.#changes.set(change.orderId, change);
    if (this.#changes.size <= REMEMBERED_CHANGES) return;
    const [oldest] = this.#changes.keys();
    if (oldest !== undefined) this.#changes.delete(oldest);
  }

  /** Whether an order that is not shown might have to be, judging by what its event tells. */
  #mayBelong(change: OrderEventData): boolean {
    if (!matchesStatus(change, this.#filter)) return false;
    // A search looks at what does not change, so an old order that did not match never will.
    const isNew = change.previousStatus === null;
    if (this.#filter.q && this.#filter.status === undefined && !isNew) return false;
    const last = this.#items.at(-1);
    return this.#nextCursor === null || last === undefined || change.orderId > last.id;
  }

  /** Reads the orders that events spoke of and the list lacks; one such reading at a time. */
  async #fetchUnknown(): Promise<void> {
    if (this.#isFetching || this.#unknown.size === 0) return;
    this.#isFetching = true;
    const generation = this.#generation;
    const ids = [...this.#unknown].filter((id) => !this.#items.some((item) => item.id === id));
    this.#unknown.clear();
    try {
      if (ids.length > SINGLE_READS || this.#filter.q) await this.#readAnew(ids, generation);
      else await this.#readEach(ids, generation);
    } catch (cause) {
      if (generation === this.#generation) this.#failure = { cause };
    } finally {
      this.#isFetching = false;
    }
    await this.#fetchUnknown();
  }

  async #readEach(ids: readonly string[], generation: number): Promise<void> {
    const orders = await Promise.all(ids.map((id) => this.#options.api.readOrder(id)));
    if (generation !== this.#generation) return;
    for (const { id } of orders) this.#arrivals.set(id, this.#readings.begun);
    this.#setItems([...orders.map(listItemOf), ...this.#items]);
    this.#markArrived(ids);
  }

  async #readAnew(ids: readonly string[], generation: number): Promise<void> {
    const reading = this.#readings.begin();
    await this.#readRows(reading, ids.length).catch((cause: unknown) => {
      this.#readings.fail(reading);
      throw cause;
    });
    if (generation === this.#generation) this.#markArrived(ids);
  }

  #markArrived(ids: readonly string[]): void {
    const shown = this.#items.filter((item) => ids.includes(item.id));
    for (const { id, number, customerName, status } of shown) {
      const isNew = status === 'placed';
      const text = `Order ${number} of ${customerName} is now ${status}.`;
      this.#mark(id, isNew ? `New order ${number} from ${customerName}.` : text);
    }
  }

  #mark(id: string, news: string): void {
    this.#changed = new Set([...this.#changed, id]);
    this.#news = news;
  }
}
