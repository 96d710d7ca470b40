import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Order, OrderListItem } from '@ordercast/contract/order.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import type { OrderFilter } from '../api/order-api.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { listItemOf } from './order-change.ts';
import { OrderList } from './order-list.svelte.ts';
import { eventOf, order } from '../testing/order-builder.ts';

/** The order API over some orders; answers wait for `release` while `held`. */
class OrdersBehindTheApi {
  readonly orders = new Map<string, Order>();
  readonly reads: string[] = [];
  failure: ApiError | undefined;
  #gate: Promise<unknown> = Promise.resolve();

  constructor(orders: readonly Order[]) {
    for (const each of orders) this.put(each);
  }

  put(each: Order): void {
    this.orders.set(each.id, each);
  }

  /** Answers are made up at once but arrive only after the returned function is called. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.#gate = new Promise<void>((resolve) => (release = resolve));
    return release;
  }

  async listOrders(
    filter: OrderFilter & { cursor?: string | undefined; limit?: number },
  ): Promise<Page<OrderListItem>> {
    this.reads.push('list');
    if (this.failure) throw this.failure;
    const limit = filter.limit ?? 50;
    const matching = [...this.orders.values()]
      .filter((each) => filter.status === undefined || each.status === filter.status)
      .filter(
        ({ customerName, number }) =>
          !filter.q || customerName.startsWith(filter.q) || number.startsWith(filter.q),
      )
      .filter((each) => filter.cursor === undefined || each.id < filter.cursor)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const items = matching.slice(0, limit).map(listItemOf);
    const nextCursor = matching.length > limit ? (items.at(-1)?.id ?? null) : null;
    await this.#gate;
    return { items, nextCursor };
  }

  async readOrder(id: string): Promise<Order> {
    this.reads.push(id);
    const found = this.orders.get(id);
    await this.#gate;
    if (!found) throw new ApiError('not-found', 'No such order.', 404);
    return found;
  }
}

function listOver(orders: readonly Order[]) {
  const api = new OrdersBehindTheApi(orders);
  const feed = new FeedByHand<OrderEventData>();
  let timeOut: () => void = () => undefined;
  const feedTimeout = new Promise<void>((resolve) => (timeOut = resolve));
  const list = new OrderList({ api, feed, feedTimeout: () => feedTimeout });
  const stop = list.open();
  const shown = () =>
    list.items.map(({ id, status, version }) => `${Number(id.slice(2))} ${status} ${version}`);
  return { api, feed, list, timeOut, stop, shown };
}

/** Lets every answer that is not held arrive. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const ALL = { status: undefined, q: '' };

describe('a list of orders', () => {
  it('is read after the channel stands, so that nothing falls in between', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    const showing = list.show(ALL);
    await settled();
    expect(api.reads).toEqual([]);
    api.put(order(2));
    feed.stand();
    await showing;
    expect(shown()).toEqual(['2 placed 1', '1 placed 1']);
    expect(api.reads).toEqual(['list']);
  });

  it('is read without the channel when that takes too long, and once more when it stands', async () => {
    const { api, feed, list, timeOut, shown } = listOver([order(1)]);
    void list.show(ALL);
    timeOut();
    await settled();
    expect(shown()).toEqual(['1 placed 1']);
    api.put(order(2));
    feed.stand();
    await settled();
    expect(shown()).toEqual(['2 placed 1', '1 placed 1']);
  });

  it('takes up changes and new orders as they come', async () => {
    const { api, feed, list, shown } = listOver([order(1), order(2)]);
    feed.stand();
    await list.show(ALL);
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    expect(shown()).toEqual(['2 placed 1', '1 confirmed 2']);
    expect(list.news).toMatch(/^Order \w+ is now confirmed\.$/);

    api.put(order(3));
    feed.send(eventOf(order(3)));
    await settled();
    expect(shown()).toEqual(['3 placed 1', '2 placed 1', '1 confirmed 2']);
    expect(list.hasChanged(order(3).id)).toBe(true);
    expect(list.hasChanged(order(2).id)).toBe(false);
    expect(list.news).toMatch(/^New order \w+ from Ada Lovelace\.$/);
  });

  it('never turns an order back, whichever of event and answer is late', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    await list.show(ALL);
    const release = api.hold();
    const reloading = list.reload();
    feed.send(eventOf(order(1, { status: 'packed', version: 3 }), 'confirmed'));
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    release();
    await reloading;
    expect(shown()).toEqual(['1 packed 3']);
  });

  it('keeps an order that came while the list was being read', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    await list.show(ALL);
    const release = api.hold();
    const reloading = list.reload();
    api.put(order(2));
    feed.send(eventOf(order(2)));
    release();
    await reloading;
    await settled();
    expect(shown()).toEqual(['2 placed 1', '1 placed 1']);
  });

  it('hears of changes even while it is first read', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    const release = api.hold();
    const showing = list.show(ALL);
    await settled();
    api.put(order(2));
    feed.send(eventOf(order(2)), eventOf(order(1, { status: 'cancelled', version: 2 }), 'placed'));
    release();
    await showing;
    expect(shown()).toEqual(['2 placed 1', '1 cancelled 2']);
  });

  it('by status lets orders come and go', async () => {
    const { api, feed, list, shown } = listOver([order(1), order(2)]);
    feed.stand();
    await list.show({ status: 'placed', q: '' });
    feed.send(eventOf(order(2, { status: 'confirmed', version: 2 }), 'placed'));
    expect(shown()).toEqual(['1 placed 1']);

    await list.show({ status: 'confirmed', q: '' });
    const confirmed = order(1, { status: 'confirmed', version: 2 });
    api.put(confirmed);
    feed.send(eventOf(confirmed, 'placed'));
    await settled();
    expect(shown()).toContain('1 confirmed 2');
  });

  it('by search asks the server whether a new order matches', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    await list.show({ status: undefined, q: 'Ada' });
    api.put(order(2, { customerName: 'Grace Hopper' }));
    api.put(order(3));
    feed.send(eventOf(order(2)), eventOf(order(3)));
    await settled();
    expect(shown()).toEqual(['3 placed 1', '1 placed 1']);
  });

  it('reads many new orders at once instead of one by one', async () => {
    const { api, feed, list } = listOver([order(1)]);
    feed.stand();
    await list.show(ALL);
    const release = api.hold();
    for (let n = 2; n <= 60; n += 1) {
      api.put(order(n));
      feed.send(eventOf(order(n)));
    }
    release();
    await settled();
    expect(list.items).toHaveLength(60);
    expect(api.reads.length).toBeLessThan(8);
  });

  it('adds pages, and leaves alone what lies beyond them', async () => {
    const orders = Array.from({ length: 120 }, (_, n) => order(n + 1));
    const { api, feed, list } = listOver(orders);
    feed.stand();
    await list.show(ALL);
    expect([list.items.length, list.hasMore]).toEqual([50, true]);
    const reads = api.reads.length;
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    await settled();
    expect([list.items.length, api.reads.length]).toEqual([50, reads]);

    await list.loadMore();
    await list.loadMore();
    expect([list.items.length, list.hasMore]).toEqual([120, false]);
    expect(list.items.at(-1)).toMatchObject({ status: 'confirmed', version: 2 });
    await list.reload();
    expect(list.items).toHaveLength(120);
  });

  it('is read again after a gap', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    await list.show(ALL);
    api.put(order(1, { status: 'shipped', version: 4 }));
    feed.gap();
    await settled();
    expect(shown()).toEqual(['1 shipped 4']);
  });

  it('drops the answer for a filter that is shown no more', async () => {
    const { api, feed, list, shown } = listOver([order(1), order(2, { status: 'packed' })]);
    feed.stand();
    const release = api.hold();
    const first = list.show({ status: 'placed', q: '' });
    await settled();
    const second = list.show({ status: 'packed', q: '' });
    release();
    await Promise.all([first, second]);
    expect(shown()).toEqual(['2 packed 1']);
  });

  it('tells why it could not be read, and recovers', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    api.failure = new ApiError('unreachable', 'No answer came.');
    await list.show(ALL);
    expect(list.state).toBe('failed');
    expect(list.error).toContain('cannot be reached');
    api.failure = undefined;
    await list.reload();
    expect([list.state, list.error]).toEqual(['ready', undefined]);
    expect(shown()).toEqual(['1 placed 1']);
  });

  it('is found by an order’s number as the page shows it', async () => {
    const { feed, list, shown } = listOver([order(1), order(2)]);
    feed.stand();
    for (const before of ['Order ', '#']) {
      await list.show({ status: undefined, q: `${before}${order(2).number}` });
      expect(shown()).toEqual(['2 placed 1']);
    }
  });

  it('offers another try only where the same again may help', async () => {
    const { api, feed, list } = listOver([order(1)]);
    feed.stand();
    await list.show({ status: undefined, q: 'x'.repeat(321) });
    expect(list.canTryAgain).toBe(false);
    api.failure = new ApiError('unavailable', 'Busy.', 503);
    await list.show({ status: undefined, q: 'x' });
    expect(list.canTryAgain).toBe(true);
    api.failure = new ApiError('invalid', 'No such status.', 400);
    await list.reload();
    expect(list.canTryAgain).toBe(false);
  });

  it('is read by itself once the connection is back, where it could not be read before', async () => {
    const { api, feed, list, shown } = listOver([order(1)]);
    feed.stand();
    api.failure = new ApiError('not-sent', 'You are offline.');
    await list.show(ALL);
    api.failure = undefined;
    await list.reconnected();
    expect([shown(), list.error, api.reads.length]).toEqual([['1 placed 1'], undefined, 2]);
    await list.reconnected();
    expect(api.reads.length).toBe(2);
    await list.show({ status: undefined, q: 'x'.repeat(321) });
    await list.reconnected();
    expect([list.error, api.reads.length]).toEqual([
      'A search can have at most 320 characters. Type less of it.',
      2,
    ]);
  });

  it('does not ask for a search that is too long, and says so once', async () => {
    const { api, feed, list } = listOver([order(1)]);
    feed.stand();
    await list.show({ status: undefined, q: 'x'.repeat(321) });
    expect([list.state, list.error, api.reads.length]).toEqual([
      'failed',
      'A search can have at most 320 characters. Type less of it.',
      0,
    ]);
  });

  it('hears nothing more after the clean-up', async () => {
    const { feed, list, shown, stop } = listOver([order(1)]);
    feed.stand();
    await list.show(ALL);
    stop();
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    expect(shown()).toEqual(['1 placed 1']);
  });
});
