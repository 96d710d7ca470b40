import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Order, OrderListItem } from '@ordercast/contract/order.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import type { OrderFilter } from '../api/order-api.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { eventOf, order } from '../testing/order-builder.ts';
import { listItemOf } from './order-change.ts';
import { OrderList } from './order-list.svelte.ts';

const ADA = { status: undefined, q: 'Ada' };
const GRACE = { status: undefined, q: 'Grace' };
const PLACED = { status: 'placed', q: '' } as const;
const ALL = { status: undefined, q: '' };
const UNREACHABLE = new ApiError('unreachable', 'No answer came.');

type Query = OrderFilter & { cursor?: string | undefined; limit?: number };

function listWithHeldAnswers({ stands = true } = {}) {
  const lists = new HeldCalls<[query: Query], Page<OrderListItem>>();
  const orders = new HeldCalls<[id: string], Order>();
  const feedTimeout = new HeldCalls<[], undefined>();
  const feed = new FeedByHand<OrderEventData>();
  if (stands) feed.stand();
  const api = { listOrders: lists.call, readOrder: orders.call };
  const list = new OrderList({ api, feed, feedTimeout: feedTimeout.call });
  list.open();
  const shown = () => list.items.map(({ id }) => Number(id.slice(2)));
  return { list, lists, orders, feedTimeout, feed, shown };
}

function page(orders: readonly Order[], nextCursor: string | null = null): Page<OrderListItem> {
  return { items: orders.map(listItemOf), nextCursor };
}

/** Newest first. */
function ordersDownTo(oldest: number, newest: number): Order[] {
  return Array.from({ length: newest - oldest + 1 }, (_, n) => order(newest - n));
}

/** A list that shows order 1 under the filter, by its first reading. */
async function listShowing(filter: OrderFilter, nextCursor: string | null = null) {
  const world = listWithHeldAnswers();
  const showing = world.list.show(filter);
  world.lists.at(0).answer(page([order(1)], nextCursor));
  await showing;
  expect(world.shown()).toEqual([1]);
  return world;
}

describe('a list of orders under another filter', () => {
  it('drops the answer for the filter before, which comes last', async () => {
    const { list, lists, shown } = listWithHeldAnswers();
    const first = list.show(ADA);
    const second = list.show(GRACE);
    lists.at(1).answer(page([order(2)]));
    await second;
    lists.at(0).answer(page([order(1)], 'more'));
    await first;
    expect([shown(), list.hasMore, list.state]).toEqual([[2], false, 'ready']);
  });

  it('drops the answer for the filter before, which comes first', async () => {
    const { list, lists, shown } = listWithHeldAnswers();
    const first = list.show(ADA);
    const second = list.show(GRACE);
    lists.at(0).answer(page([order(1)]));
    await first;
    expect([shown(), list.state]).toEqual([[], 'loading']);
    lists.at(1).answer(page([order(2)]));
    await second;
    expect(shown()).toEqual([2]);
  });

  it('shows nothing of the filter before while its own orders are read', async () => {
    const { list, lists, shown } = await listShowing(ADA, 'after 1');
    const more = list.loadMore();
    lists.at(1).fail(UNREACHABLE);
    await more;
    expect(list.error).toContain('cannot be reached');
    void list.show(GRACE);
    expect([shown(), list.hasMore, list.error]).toEqual([[], false, undefined]);
  });

  it('says nothing of a failure under the filter before', async () => {
    const { list, lists } = listWithHeldAnswers();
    const first = list.show(ADA);
    void list.show(GRACE);
    lists.at(0).fail(UNREACHABLE);
    await first;
    expect([list.state, list.error]).toEqual(['loading', undefined]);
  });

  it('reads nothing for a filter that was left before the channel stood', async () => {
    const { list, lists, feed } = listWithHeldAnswers({ stands: false });
    void list.show(ADA);
    void list.show(GRACE);
    feed.stand();
    await settled();
    expect(lists.all.map(({ args: [{ q }] }) => q)).toEqual(['Grace']);
  });

  it('reads no second time, once the channel stands, for a filter that was left', async () => {
    const { list, lists, feedTimeout, feed } = listWithHeldAnswers({ stands: false });
    void list.show(ADA);
    feedTimeout.at(0).answer(undefined);
    await settled();
    lists.at(0).answer(page([order(1)]));
    await settled();
    void list.show(GRACE);
    feed.stand();
    await settled();
    expect(lists.all.map(({ args: [{ q }] }) => q)).toEqual(['Ada', 'Grace']);
  });

  it('adds no page of the filter before, and loads its own meanwhile', async () => {
    const { list, lists, shown } = await listShowing(ADA, 'after 1');
    const oldMore = list.loadMore();
    const showing = list.show(GRACE);
    expect(list.isLoadingMore).toBe(false);
    // Cursors may be alike, where both end at the same order.
    lists.at(2).answer(page([order(9)], 'after 1'));
    await showing;
    const ownMore = list.loadMore();
    expect(lists.at(3).args).toMatchObject([{ q: 'Grace', cursor: 'after 1' }]);
    lists.at(1).answer(page([order(8)], 'after 8'));
    await oldMore;
    expect([shown(), list.isLoadingMore]).toEqual([[9], true]);
    lists.at(3).answer(page([order(7)]));
    await ownMore;
    expect([shown(), list.isLoadingMore, list.hasMore]).toEqual([[9, 7], false, false]);
  });

  it('says nothing of a page of the filter before that could not be read', async () => {
    const { list, lists } = await listShowing(ADA, 'after 1');
    const more = list.loadMore();
    const showing = list.show(GRACE);
    lists.at(2).answer(page([order(2)]));
    await showing;
    lists.at(1).fail(UNREACHABLE);
    await more;
    expect(list.error).toBeUndefined();
  });

  it('takes in no single order that was read for the filter before', async () => {
    const { list, lists, orders, feed, shown } = await listShowing(ALL);
    feed.send(eventOf(order(2)));
    const showing = list.show(PLACED);
    lists.at(1).answer(page([order(1)]));
    await showing;
    orders.at(0).answer(order(2));
    await settled();
    expect([shown(), list.news, list.hasChanged(order(2).id)]).toEqual([[1], '', false]);
  });

  it('takes in no reading that a new order caused under the filter before', async () => {
    const { list, lists, feed, shown } = await listShowing(ADA);
    feed.send(eventOf(order(2)));
    const showing = list.show(GRACE);
    lists.at(1).answer(page([order(2), order(1)]));
    await settled();
    expect([shown(), list.news, list.state]).toEqual([[], '', 'loading']);
    lists.at(2).answer(page([order(9)]));
    await showing;
    expect([shown(), list.news]).toEqual([[9], '']);
  });

  it('says nothing of a single order of the filter before that could not be read', async () => {
    const { list, lists, orders, feed } = await listShowing(ALL);
    feed.send(eventOf(order(2)));
    const showing = list.show(PLACED);
    lists.at(1).answer(page([order(1)]));
    await showing;
    orders.at(0).fail(UNREACHABLE);
    await settled();
    expect(list.error).toBeUndefined();
  });

  it('does not go after orders that were only missing under the filter before', async () => {
    const { list, lists, orders, feed } = await listShowing(ALL);
    feed.send(eventOf(order(2)));
    feed.send(eventOf(order(3)));
    const showing = list.show(PLACED);
    lists.at(1).answer(page([order(1)]));
    await showing;
    orders.at(0).answer(order(2));
    await settled();
    expect(orders.all).toHaveLength(1);
  });

  it('begins without a mark of what changed under the filter before', async () => {
    const { list, lists, feed } = await listShowing(ALL);
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    expect(list.hasChanged(order(1).id)).toBe(true);
    const showing = list.show(ADA);
    lists.at(1).answer(page([order(1)]));
    await showing;
    expect(list.hasChanged(order(1).id)).toBe(false);
  });
});

describe('a list of orders that is read twice at once', () => {
  it('keeps what the later reading saw, whichever answer comes last', async () => {
    const { list, lists, feed, shown } = await listShowing(ALL);
    feed.gap();
    feed.gap();
    lists.at(2).answer(page([order(2), order(1)]));
    await settled();
    lists.at(1).answer(page([order(1)], 'stale'));
    await settled();
    expect([shown(), list.hasMore]).toEqual([[2, 1], false]);
  });

  it('is not said to have failed where only the earlier reading did', async () => {
    const { list, lists, feed } = await listShowing(ALL);
    feed.gap();
    feed.gap();
    lists.at(2).answer(page([order(1)]));
    await settled();
    lists.at(1).fail(UNREACHABLE);
    await settled();
    expect(list.error).toBeUndefined();
  });

  it('keeps an order that came after the earlier began, though the later one fails', async () => {
    const { list, lists, orders, feed, shown } = await listShowing(ALL);
    feed.gap();
    feed.send(eventOf(order(2)));
    orders.at(0).answer(order(2));
    await settled();
    feed.gap();
    lists.at(1).answer(page([order(1)]));
    await settled();
    lists.at(2).fail(UNREACHABLE);
    await settled();
    expect([shown(), list.state]).toEqual([[2, 1], 'ready']);
    expect(list.error).toContain('cannot be reached');
  });

  it('still says that the later one failed where the earlier is answered after it', async () => {
    const { list, lists, feed, shown } = await listShowing(ALL);
    feed.gap();
    feed.gap();
    lists.at(2).fail(UNREACHABLE);
    await settled();
    lists.at(1).answer(page([order(1)]));
    await settled();
    expect([shown(), list.state]).toEqual([[1], 'ready']);
    expect(list.error).toContain('cannot be reached');
  });

  it('still says that the reading for a new order failed where an earlier one is answered after it', async () => {
    const { list, lists, feed } = await listShowing(ADA);
    feed.gap();
    feed.send(eventOf(order(2)));
    await settled();
    lists.at(2).fail(UNREACHABLE);
    await settled();
    lists.at(1).answer(page([order(1)]));
    await settled();
    expect(list.error).toContain('cannot be reached');
  });

  it('asks for no order by itself that the first reading may bring', async () => {
    const { list, lists, orders, feed, shown } = listWithHeldAnswers();
    const showing = list.show(ALL);
    feed.send(eventOf(order(2)));
    feed.send(eventOf(order(3)));
    await settled();
    expect(orders.all).toHaveLength(0);
    lists.at(0).answer(page([order(2), order(1)]));
    await settled();
    expect(orders.all.map(({ args }) => args)).toEqual([[order(3).id]]);
    orders.at(0).answer(order(3));
    await showing;
    expect(shown()).toEqual([3, 2, 1]);
  });

  it('lets an order go that came before the reading and is not in it', async () => {
    const { lists, orders, feed, shown } = await listShowing(ALL);
    feed.send(eventOf(order(2)));
    orders.at(0).answer(order(2));
    await settled();
    expect(shown()).toEqual([2, 1]);
    feed.gap();
    lists.at(1).answer(page([order(1)]));
    await settled();
    expect(shown()).toEqual([1]);
  });

  it('adds no page behind a reading that has come to end elsewhere', async () => {
    const { list, lists, feed, shown } = await listShowing(ALL, 'after 1');
    const more = list.loadMore();
    feed.gap();
    lists.at(2).answer(page([order(9)], 'after 9'));
    await settled();
    lists.at(1).answer(page([order(0)]));
    await more;
    expect([shown(), list.hasMore, list.isLoadingMore]).toEqual([[9], true, false]);
  });

  it('asks for the next page once, however often the button is pressed', async () => {
    const { list, lists, shown } = await listShowing(ALL, 'after 1');
    const presses = [list.loadMore(), list.loadMore()];
    expect([lists.all.length, list.isLoadingMore]).toEqual([2, true]);
    lists.at(1).answer(page([order(0)]));
    await Promise.all(presses);
    expect([shown(), list.isLoadingMore]).toEqual([[1, 0], false]);
  });

  it('reads an order once, however many events speak of it meanwhile', async () => {
    const { orders, feed, shown } = await listShowing(ALL);
    feed.send(eventOf(order(2)));
    feed.send(eventOf(order(2, { status: 'confirmed', version: 2 }), 'placed'));
    orders.at(0).answer(order(2));
    await settled();
    expect([shown(), orders.all.length]).toEqual([[2, 1], 1]);
  });

  it('after a gap reads as far down as more was loaded meanwhile', async () => {
    const { list, lists, feed, shown } = await listShowing(ALL, 'after 1');
    feed.gap();
    const more = list.loadMore();
    lists.at(2).answer(page(ordersDownTo(52, 101), 'after 52'));
    await more;
    const before = shown().length;
    lists.at(1).answer(page(ordersDownTo(101, 150), 'after 101'));
    await settled();
    expect(lists.at(3).args).toMatchObject([{ cursor: 'after 101', limit: 1 }]);
    lists.at(3).answer(page([order(100)], 'after 100'));
    await settled();
    expect([before, shown().length, list.hasMore]).toEqual([51, 51, true]);
  });

  it('reads all of a list that is longer than the largest page', async () => {
    const { list, lists, shown } = await listShowing(ALL, 'after 1');
    const more = list.loadMore();
    lists.at(1).answer(page(ordersDownTo(1_000, 1_249), 'after 1000'));
    await more;
    const reloading = list.reload();
    lists.at(2).answer(page(ordersDownTo(1_050, 1_249), 'after 1050'));
    await settled();
    expect(lists.at(3).args).toMatchObject([{ cursor: 'after 1050', limit: 51 }]);
    lists.at(3).answer(page(ordersDownTo(999, 1_049), 'after 999'));
    await reloading;
    expect([lists.all.length, shown().length]).toEqual([4, 251]);
  });

  it('does not go on reading for a filter that was left', async () => {
    const { list, lists, shown } = await listShowing(ALL, 'after 1');
    const more = list.loadMore();
    lists.at(1).answer(page(ordersDownTo(1_000, 1_249), 'after 1000'));
    await more;
    void list.reload();
    const showing = list.show(PLACED);
    lists.at(2).answer(page(ordersDownTo(1_050, 1_249), 'after 1050'));
    lists.at(3).answer(page([order(7)]));
    await showing;
    expect([lists.all.length, shown()]).toEqual([4, [7]]);
  });
});
