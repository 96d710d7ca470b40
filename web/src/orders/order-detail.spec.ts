import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Order, OrderStatus, TimelineItem } from '@ordercast/contract/order.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { UnsentTexts } from '../storage/unsent-texts.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { eventOf, order } from '../testing/order-builder.ts';
import { OrderDetail } from './order-detail.svelte.ts';

/** The order API over one order, as the server keeps it. */
class OneOrderApi {
  stored: Order;
  failure: ApiError | undefined;
  /** What becomes of the next move, instead of its being made. */
  moveFailure: ApiError | undefined;
  /** Whether a failing move was made all the same: only the answer is lost. */
  isMadeAnyway = false;
  /** The statuses that the order came through, where its last one alone does not tell. */
  way: OrderStatus[] = [];
  /** That of the last move. */
  reason: string | undefined;
  reads = 0;

  constructor(stored: Order) {
    this.stored = stored;
  }

  readOrder(): Promise<Order> {
    this.reads += 1;
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(this.stored);
  }

  readTimeline(): Promise<TimelineItem[]> {
    const by = { name: 'Sam', role: 'staff' } as const;
    const item = (version: number) => ({
      at: this.stored.updatedAt,
      by,
      from: null,
      to: this.way[version] ?? this.stored.status,
      reason: null,
    });
    return Promise.resolve(Array.from({ length: this.stored.version }, (_, n) => item(n)));
  }

  moveOrder(seen: Pick<Order, 'id' | 'version'>, to: OrderStatus, reason?: string): Promise<Order> {
    this.reason = reason;
    const made = { ...this.stored, status: to, version: this.stored.version + 1 };
    if (this.moveFailure) {
      if (this.isMadeAnyway) this.stored = made;
      return Promise.reject(this.moveFailure);
    }
    if (seen.version !== this.stored.version) {
      return Promise.reject(new ApiError('stale', 'The order has changed.', 412));
    }
    this.stored = made;
    return Promise.resolve(made);
  }
}

async function opened(
  stored: Order,
  roles: ('customer' | 'staff')[] = ['customer', 'staff'],
  reasons = new UnsentTexts(new MemoryStorage(), 'ada'),
) {
  const api = new OneOrderApi(stored);
  const feed = new FeedByHand<OrderEventData>();
  feed.stand();
  const feedTimeout = () => Promise.resolve();
  const me = { roles };
  const detail = new OrderDetail({ id: stored.id, api, feed, me, reasons, feedTimeout });
  const close = detail.open();
  await settled();
  return { api, feed, detail, close };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const UNREACHABLE = new ApiError('unreachable', 'No answer came.');

describe('an open order', () => {
  it('shows itself, its timeline and only the moves that one may make', async () => {
    const staff = await opened(order(1));
    expect(staff.detail.state).toBe('ready');
    expect(staff.detail.timeline).toHaveLength(1);
    expect(staff.detail.moves).toEqual(['confirmed', 'cancelled']);
    const customer = await opened(order(1), ['customer']);
    expect(customer.detail.moves).toEqual(['cancelled']);
    const packed = await opened(order(1, { status: 'packed', version: 3 }), ['customer']);
    expect(packed.detail.moves).toEqual([]);
  });

  it('follows what others do, and says who did it', async () => {
    const { api, feed, detail } = await opened(order(1));
    api.stored = order(1, { status: 'confirmed', version: 2 });
    feed.send(eventOf(api.stored, 'placed'));
    expect(detail.order).toMatchObject({ status: 'confirmed', version: 2 });
    await settled();
    expect(detail.timeline).toHaveLength(2);
    expect(detail.notice?.text).toBe('Sam moved this order: it is now confirmed.');
  });

  it('takes no notice of other orders or of what it knows already', async () => {
    const { api, feed, detail } = await opened(order(1, { status: 'packed', version: 3 }));
    const reads = api.reads;
    feed.send(eventOf(order(2, { version: 9 })), eventOf(order(1, { version: 2 }), 'placed'));
    await settled();
    expect([api.reads, detail.order?.status]).toEqual([reads, 'packed']);
  });

  it('never goes back to an older reading', async () => {
    const { feed, detail } = await opened(order(1));
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    await settled();
    expect(detail.order).toMatchObject({ status: 'confirmed', version: 2 });
  });

  it('moves on', async () => {
    const { detail } = await opened(order(1));
    expect(await detail.move('confirmed')).toBe(true);
    expect(detail.order).toMatchObject({ status: 'confirmed', version: 2 });
    expect(detail.notice).toEqual({ kind: 'success', text: 'The order is now confirmed.' });
    expect(detail.moves).toEqual(['packed', 'cancelled']);
  });

  it('shows the fresh state where somebody else was first', async () => {
    const { api, detail } = await opened(order(1));
    api.stored = order(1, { status: 'cancelled', version: 2 });
    expect(await detail.move('confirmed')).toBe(false);
    expect(detail.order).toMatchObject({ status: 'cancelled', version: 2 });
    expect(detail.notice?.kind).toBe('warning');
    expect(detail.notice?.text).toBe(
      'Sam changed this order first: it is now cancelled. Your change was not made.',
    );
    expect(detail.moves).toEqual([]);
  });

  it('says who was first, and that it stands as it was wanted', async () => {
    const { api, detail } = await opened(order(1));
    api.stored = order(1, { status: 'confirmed', version: 2 });
    expect(await detail.move('confirmed')).toBe(true);
    expect(detail.notice).toEqual({
      kind: 'success',
      text: 'Sam did so first: it is confirmed, as you wanted.',
    });
  });

  it('says who was first, and that the order has been moved on by now', async () => {
    const { api, detail } = await opened(order(1));
    api.stored = order(1, { status: 'packed', version: 3 });
    api.way = ['placed', 'confirmed', 'packed'];
    await detail.move('confirmed');
    expect(detail.notice?.text).toBe('Sam did so first: it was confirmed, and is packed by now.');
  });

  it('says that a reason went unrecorded where somebody else has cancelled', async () => {
    const { api, detail } = await opened(order(1));
    api.stored = order(1, { status: 'cancelled', version: 2 });
    await detail.move('cancelled', 'Ordered twice');
    expect(detail.notice?.text).toBe(
      'Sam did so first: it is cancelled, as you wanted. Your reason was not recorded.',
    );
  });

  it('finds out what became of a move whose answer was lost', async () => {
    const made = await opened(order(1));
    made.api.moveFailure = UNREACHABLE;
    made.api.isMadeAnyway = true;
    expect(await made.detail.move('confirmed')).toBe(true);
    expect(made.detail.notice?.kind).toBe('success');

    const lost = await opened(order(1));
    lost.api.moveFailure = UNREACHABLE;
    expect(await lost.detail.move('confirmed')).toBe(false);
    expect(lost.detail.notice?.text).toContain('still placed');
  });

  it('says so where nothing could be found out', async () => {
    const { api, detail } = await opened(order(1));
    api.moveFailure = UNREACHABLE;
    api.failure = UNREACHABLE;
    await detail.move('confirmed');
    expect(detail.notice?.kind).toBe('error');
    expect(detail.order?.status).toBe('placed');
  });

  it('says that there is no connection until it is back, and is read then', async () => {
    const { api, detail } = await opened(order(1));
    const offline = new ApiError('not-sent', 'You are offline.');
    api.moveFailure = api.failure = offline;
    await detail.move('confirmed');
    expect([detail.notice?.text, detail.error]).toEqual(['You are offline.', 'You are offline.']);
    api.moveFailure = api.failure = undefined;
    api.stored = order(1, { status: 'cancelled', version: 2 });
    await detail.reconnected();
    expect([detail.notice, detail.error]).toEqual([undefined, undefined]);
    expect(detail.order?.status).toBe('cancelled');

    api.moveFailure = new ApiError('forbidden', 'Not yours.', 403);
    api.stored = order(1);
    const { detail: other } = await opened(order(1));
    await other.move('confirmed');
    const { notice } = other;
    await other.reconnected();
    expect(other.notice).toBe(notice);
  });

  it('keeps the reason for cancelling until it is cancelled, whatever page is looked at or loaded meanwhile', async () => {
    const storage = new MemoryStorage();
    const reasons = () => new UnsentTexts(storage, 'ada');
    const before = await opened(order(1), ['customer'], reasons());
    before.detail.cancelReason = ' Ordered twice ';
    before.close();
    const { api, detail } = await opened(order(1), ['customer'], reasons());
    api.moveFailure = UNREACHABLE;
    expect(await detail.cancel()).toBe(false);
    expect(detail.cancelReason).toBe(' Ordered twice ');
    api.moveFailure = undefined;
    expect(await detail.cancel()).toBe(true);
    expect([api.reason, detail.cancelReason]).toEqual(['Ordered twice', '']);
    const { detail: later } = await opened(api.stored, ['customer'], reasons());
    expect([later.cancelReason, later.canCancel, storage.length]).toEqual(['', false, 0]);
  });

  it('can no longer be cancelled once somebody has packed it', async () => {
    const { feed, detail } = await opened(order(1));
    expect(detail.canCancel).toBe(true);
    feed.send(eventOf(order(1, { status: 'packed', version: 3 }), 'confirmed'));
    expect(detail.canCancel).toBe(false);
  });

  it("is not found where it is not there or another customer's", async () => {
    const api = new OneOrderApi(order(1));
    api.failure = new ApiError('not-found', 'No such order.', 404);
    const feed = new FeedByHand<OrderEventData>();
    feed.stand();
    const me = { roles: ['customer'] as const };
    const feedTimeout = () => Promise.resolve();
    const detail = new OrderDetail({
      id: order(1).id,
      api,
      feed,
      me,
      reasons: new UnsentTexts(new MemoryStorage(), 'ada'),
      feedTimeout,
    });
    detail.open();
    await settled();
    expect(detail.state).toBe('not-found');
  });

  it('is read again after a gap, and not after it is closed', async () => {
    const { api, feed, detail, close } = await opened(order(1));
    api.stored = order(1, { status: 'shipped', version: 4 });
    feed.gap();
    await settled();
    expect(detail.order?.status).toBe('shipped');
    close();
    const reads = api.reads;
    feed.gap();
    await settled();
    expect(api.reads).toBe(reads);
  });
});
