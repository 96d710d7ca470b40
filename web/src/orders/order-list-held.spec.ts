import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Order, OrderListItem } from '@ordercast/contract/order.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { describe, expect, it } from 'vitest';
import type { OrderFilter } from '../api/order-api.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { eventOf, order } from '../testing/order-builder.ts';
import { listItemOf } from './order-change.ts';
import { OrderList } from './order-list.svelte.ts';

const ALL = { status: undefined, q: '' };
const PLACED = { status: 'placed', q: '' } as const;

function page(orders: readonly Order[], nextCursor: string | null = null): Page<OrderListItem> {
  return { items: orders.map(listItemOf), nextCursor };
}

/** A list of orders 3 and 1 whose rows are held, as under a pointer. */
async function heldList(filter: OrderFilter = ALL, nextCursor: string | null = null) {
  const lists = new HeldCalls<[query: OrderFilter], Page<OrderListItem>>();
  const orders = new HeldCalls<[id: string], Order>();
  const feed = new FeedByHand<OrderEventData>();
  feed.stand();
  const api = { listOrders: lists.call, readOrder: orders.call };
  const list = new OrderList({ api, feed, feedTimeout: () => Promise.resolve() });
  list.open();
  const showing = list.show(filter);
  lists.at(0).answer(page([order(3), order(1)], nextCursor));
  await showing;
  list.hold(true);
  const come = async (n: number, changes: Partial<Order> = {}) => {
    feed.send(eventOf(order(n, changes)));
    orders.at(orders.all.length - 1).answer(order(n, changes));
    await settled();
  };
  const numbers = (items: readonly OrderListItem[]) => items.map(({ id }) => Number(id.slice(2)));
  const shown = () => numbers(list.items);
  const waiting = () => numbers(list.waiting);
  return { list, lists, feed, come, shown, waiting };
}

describe('a list of orders whose rows are held', () => {
  it('lets new orders wait, above its rows and between them, until they are asked for', async () => {
    const { list, come, shown, waiting } = await heldList();
    await come(4);
    await come(2);
    await come(5);
    expect([shown(), waiting()]).toEqual([
      [3, 1],
      [5, 4, 2],
    ]);
    expect(list.news).toMatch(/^New order \w+ from Ada Lovelace\.$/);
    list.showWaiting();
    expect([shown(), waiting()]).toEqual([[5, 4, 3, 2, 1], []]);
    await come(6);
    expect([shown().length, waiting()]).toEqual([5, [6]]);
  });

  it('shows them by itself once the rows are let go', async () => {
    const { list, come, shown, waiting } = await heldList();
    await come(4);
    list.hold(false);
    expect([shown(), waiting()]).toEqual([[4, 3, 1], []]);
    await come(5);
    expect(shown()).toEqual([5, 4, 3, 1]);
  });

  it('keeps a row that no longer fits, marked and up to date, until the rows are let go', async () => {
    const { list, feed, shown } = await heldList(PLACED);
    feed.send(eventOf(order(3, { status: 'confirmed', version: 2 }), 'placed'));
    feed.send(eventOf(order(3, { status: 'packed', version: 3 }), 'confirmed'));
    expect(list.items.map((item) => [item.status, list.hasLeft(item)])).toEqual([
      ['packed', true],
      ['placed', false],
    ]);
    list.hold(false);
    expect(shown()).toEqual([1]);
  });

  it('changes the rows in their places', async () => {
    const { list, feed } = await heldList();
    feed.send(eventOf(order(1, { status: 'confirmed', version: 2 }), 'placed'));
    expect(list.items.map(({ status }) => status)).toEqual(['placed', 'confirmed']);
    expect(list.hasChanged(order(1).id)).toBe(true);
  });

  it('does not move them for a reading after a gap either', async () => {
    const { list, lists, feed, shown, waiting } = await heldList();
    feed.gap();
    lists.at(1).answer(page([order(9), order(3)]));
    await settled();
    expect([shown(), waiting()]).toEqual([[3, 1], [9]]);
    list.hold(false);
    expect(shown()).toEqual([9, 3]);
  });

  it('reads down to the last of them after a gap, so that none tells what was so before it', async () => {
    const { list, lists, feed, shown, waiting } = await heldList();
    feed.gap();
    lists.at(1).answer(
      page(
        Array.from({ length: 50 }, (_, n) => order(59 - n)),
        'after 10',
      ),
    );
    await settled();
    expect(lists.at(2).args).toMatchObject([{ cursor: 'after 10', limit: 200 }]);
    const packed = order(3, { status: 'packed', version: 3 });
    lists.at(2).answer(page([packed, order(1)], 'after 1'));
    await settled();
    expect([shown(), list.items[0]?.status, waiting().length]).toEqual([[3, 1], 'packed', 50]);
    expect(lists.all.length).toBe(3);
  });

  it('lets them go after a gap so long that they lie too far down', async () => {
    const { list, lists, feed, shown, waiting } = await heldList();
    feed.gap();
    for (let n = 1; n <= 5; n += 1) {
      const newest = 9_000 - 200 * n;
      lists.at(n).answer(
        page(
          Array.from({ length: 200 }, (_, i) => order(newest - i)),
          'more',
        ),
      );
      await settled();
    }
    expect([lists.all.length, shown().length, waiting(), list.hasMore]).toEqual([
      6,
      1000,
      [],
      true,
    ]);
  });

  it('adds the page that is asked for below them', async () => {
    const { list, lists, come, shown, waiting } = await heldList(ALL, 'after 1');
    await come(4);
    const more = list.loadMore();
    lists.at(1).answer(page([order(0)]));
    await more;
    expect([shown(), waiting()]).toEqual([[3, 1, 0], [4]]);
  });

  it('shows the orders of another filter at once', async () => {
    const { list, lists, come, shown, waiting } = await heldList();
    await come(4);
    const showing = list.show(PLACED);
    lists.at(1).answer(page([order(8), order(7)]));
    await showing;
    expect([shown(), waiting()]).toEqual([[8, 7], []]);
  });
});
