import { withoutHiddenCharacters } from '@ordercast/contract/hidden-characters.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import { movesFrom } from '@ordercast/contract/order-transition.ts';
import type { Order, OrderStatus, TimelineItem } from '@ordercast/contract/order.ts';
import type { Role } from '@ordercast/contract/role.ts';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import type { OrderApi } from '../api/order-api.ts';
import type { ChannelFeed } from '../live/channel-feed.ts';
import type { UnsentTexts } from '../storage/unsent-texts.ts';
import { later, withChange } from './order-change.ts';

export type OrderDetailState = 'loading' | 'ready' | 'not-found' | 'failed';

/** Something that the page says about what just happened. */
export interface OrderNotice {
  kind: 'success' | 'info' | 'warning' | 'error';
  text: string;
  isAboutConnection?: true;
}

export interface OrderDetailOptions {
  id: string;
  api: Pick<OrderApi, 'readOrder' | 'readTimeline' | 'moveOrder'>;
  feed: Pick<ChannelFeed<OrderEventData>, 'listen' | 'isSubscribed' | 'subscribed'>;
  me: { roles: readonly Role[] };
  /** Reasons for cancelling that were typed and not yet sent, by order. */
  reasons: Pick<UnsentTexts, 'get' | 'set'>;
  /** Resolves when the order should be shown even though nothing comes live yet. */
  feedTimeout: () => Promise<void>;
}

/** One order with its timeline, kept up to date, and the moves that the person may make. */
export class OrderDetail {
  readonly #options: OrderDetailOptions;
  #state = $state<OrderDetailState>('loading');
  #order = $state.raw<Order>();
  #timeline = $state.raw<readonly TimelineItem[]>([]);
  #error = $state<string>();
  #notice = $state.raw<OrderNotice>();
  #moving = $state<OrderStatus>();
  #cancelReason = $state('');
  #isClosed = false;
  #reading: Promise<void> | undefined;
  #mustReadAgain = false;
  /** What came of one's own move says all up to this version. */
  #toldVersion = 0;

  constructor(options: OrderDetailOptions) {
    this.#options = options;
    this.#cancelReason = options.reasons.get(options.id);
  }

  get state(): OrderDetailState {
    return this.#state;
  }

  get order(): Order | undefined {
    return this.#order;
  }

  /** Oldest first. */
  get timeline(): readonly TimelineItem[] {
    return this.#timeline;
  }

  get error(): string | undefined {
    return this.#error;
  }

  get notice(): OrderNotice | undefined {
    return this.#notice;
  }

  /** The move that is under way. */
  get moving(): OrderStatus | undefined {
    return this.#moving;
  }

  /** The moves that this person may make now. */
  get moves(): readonly OrderStatus[] {
    return this.#order ? movesFrom(this.#order.status, this.#options.me.roles) : [];
  }

  /** As typed; kept until the order is cancelled. */
  get cancelReason(): string {
    return this.#cancelReason;
  }

  set cancelReason(reason: string) {
    this.#cancelReason = reason;
    this.#options.reasons.set(this.#options.id, reason);
  }

  get canCancel(): boolean {
    return this.moves.includes('cancelled');
  }

  /** Reads the order and follows it; returns the clean-up. */
  open(): () => void {
    const stop = this.#options.feed.listen({
      onItem: (change) => this.#onChange(change),
      onGap: () => void this.reload(),
    });
    void this.#load();
    return () => {
      this.#isClosed = true;
      stop();
    };
  }

  /**
   * Reads order and timeline again; never rejects. Calls during a reading share the next one. Once it
   * is closed, nothing is read any more.
   */
  async reload(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#reading) this.#mustReadAgain = true;
    else this.#reading = this.#readUntilCurrent();
    return this.#reading;
  }

  /** Says no more of the connection, and reads again what could not be read without it. */
  async reconnected(): Promise<void> {
    if (this.#error !== undefined) await this.reload();
    if (this.#notice?.isAboutConnection) this.#notice = undefined;
  }

  /** Makes a move on the version that the person sees; what came of it stands in `notice`. */
  async move(to: OrderStatus, reason?: string): Promise<boolean> {
    const order = this.#order;
    if (!order || this.#moving) return false;
    this.#moving = to;
    this.#notice = undefined;
    try {
      this.#adopt(await this.#options.api.moveOrder(order, to, reason));
      this.#tellOwn({ kind: 'success', text: `The order is now ${to}.` });
      await this.reload();
      return true;
    } catch (cause) {
      await this.reload();
      const notice = this.#noticeOfFailure(cause, order, to, reason);
      this.#tellOwn(notice);
      return notice.kind === 'success';
    } finally {
      this.#moving = undefined;
    }
  }

  /** Cancels for the reason that was typed, if any. */
  async cancel(): Promise<boolean> {
    const isCancelled = await this.move('cancelled', this.#cancelReason.trim());
    if (isCancelled) this.cancelReason = '';
    return isCancelled;
  }

  async #load(): Promise<void> {
    const { feed, feedTimeout } = this.#options;
    if (!feed.isSubscribed) await Promise.race([feed.subscribed, feedTimeout()]);
    const readBlind = !feed.isSubscribed;
    await this.reload();
    if (!readBlind) return;
    await feed.subscribed;
    await this.reload();
  }

  async #readUntilCurrent(): Promise<void> {
    do {
      this.#mustReadAgain = false;
      await this.#read();
    } while (this.#hasToReadAgain());
    // In the turn of that last look, so that no call comes between the two.
    this.#reading = undefined;
  }

  #hasToReadAgain(): boolean {
    return this.#mustReadAgain && !this.#isClosed;
  }

  async #read(): Promise<void> {
    const { api, id } = this.#options;
    try {
      const [order, timeline] = await Promise.all([api.readOrder(id), api.readTimeline(id)]);
      if (this.#isClosed) return;
      this.#adopt(order);
      if (timeline.length >= this.#timeline.length) this.#timeline = timeline;
      this.#error = undefined;
      this.#state = 'ready';
    } catch (cause) {
      if (this.#isClosed) return;
      if (cause instanceof ApiError && cause.kind === 'not-found') this.#state = 'not-found';
      else if (this.#state === 'loading') this.#state = 'failed';
      this.#error = apiErrorText(cause);
    }
  }

  #onChange(change: OrderEventData): void {
    if (change.orderId !== this.#options.id) return;
    const order = this.#order;
    if (!order) {
      void this.reload();
      return;
    }
    if (change.version <= order.version) return;
    this.#order = withChange(order, change);
    void this.#tellOf(change);
  }

  /** Says who moved the order. Whether that was oneself, in whichever window, the timeline alone knows. */
  async #tellOf({ version, status }: OrderEventData): Promise<void> {
    await this.reload();
    const item = this.#timeline[version - 1];
    if (!item || item.by.self || this.#order?.version !== version || this.#isClosed) return;
    if (version <= this.#toldVersion) return;
    const text = `${nameOf(item)} moved this order: it is now ${status}.`;
    this.#notice = { kind: 'info', text };
  }

  #tellOwn(notice: OrderNotice): void {
    this.#notice = notice;
    this.#toldVersion = this.#order?.version ?? 0;
  }

  #adopt(order: Order): void {
    this.#order = later(this.#order, order);
  }

  #noticeOfFailure(cause: unknown, seen: Order, to: OrderStatus, reason?: string): OrderNotice {
    const status = this.#order?.status ?? 'unknown';
    const kind = cause instanceof ApiError ? cause.kind : undefined;
    if (kind === 'stale' || kind === 'conflict') return this.#noticeOfOthers(seen, to, reason);
    if (kind === 'unreachable' && this.#error === undefined) {
      return status === to
        ? { kind: 'success', text: `The order is now ${to}.` }
        : { kind: 'warning', text: `No answer came. The order is still ${status}: try again.` };
    }
    const text = apiErrorText(cause);
    return kind === 'not-sent' || kind === 'unreachable'
      ? { kind: 'error', text, isAboutConnection: true }
      : { kind: 'error', text };
  }

  /** Who was first, and whether the order stands as it was wanted all the same. */
  #noticeOfOthers(seen: Order, to: OrderStatus, reason?: string): OrderNotice {
    const status = this.#order?.status ?? 'unknown';
    // An item a version: these came after the one that the person saw.
    const since = this.#timeline.slice(seen.version);
    const same = since.find((item) => item.to === to);
    if (!same) {
      const name = nameOf(since.at(-1)) ?? 'Somebody else';
      const text = `${name} changed this order first: it is now ${status}. Your change was not made.`;
      return { kind: 'warning', text };
    }
    const outcome =
      status === to ? `it is ${to}, as you wanted` : `it was ${to}, and is ${status} by now`;
    const lost = reason ? ' Your reason was not recorded.' : '';
    return { kind: 'success', text: `${nameOf(same)} did so first: ${outcome}.${lost}` };
  }
}

/** A sentence cannot isolate a name from what surrounds it. */
function nameOf(item: TimelineItem | undefined): string | undefined {
  return item && withoutHiddenCharacters(item.by.name);
}
