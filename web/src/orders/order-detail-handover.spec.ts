import type { AnsweredAuthor } from '@ordercast/contract/author.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Order, OrderStatus, TimelineItem } from '@ordercast/contract/order.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { UnsentTexts } from '../storage/unsent-texts.ts';
import { FeedByHand } from '../testing/feed-by-hand.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { eventOf, order } from '../testing/order-builder.ts';
import { OrderDetail } from './order-detail.svelte.ts';

const UNREACHABLE = new ApiError('unreachable', 'No answer came.');
const STALE = new ApiError('stale', 'Somebody else changed it.', 412);
const NOT_FOUND = new ApiError('not-found', 'No such order.', 404);
const CONFIRMED = order(1, { status: 'confirmed', version: 2 });
const PACKED = order(1, { status: 'packed', version: 3 });

type Seen = Pick<Order, 'id' | 'version'>;

function openedWithHeldAnswers({ stands = true } = {}) {
  const orders = new HeldCalls<[id: string], Order>();
  const timelines = new HeldCalls<[id: string], TimelineItem[]>();
  const moves = new HeldCalls<[seen: Seen, to: OrderStatus, reason?: string], Order>();
  const feedTimeout = new HeldCalls<[], undefined>();
  const feed = new FeedByHand<OrderEventData>();
  if (stands) feed.stand();
  const api = { readOrder: orders.call, readTimeline: timelines.call, moveOrder: moves.call };
  const me = { roles: ['staff'] } as const;
  const detail = new OrderDetail({
    id: order(1).id,
    api,
    feed,
    me,
    reasons: new UnsentTexts(new MemoryStorage(), 'ada'),
    feedTimeout: feedTimeout.call,
  });
  const close = detail.open();
  /** Answers the n-th reading with an order and the timeline that belongs to it. */
  const answer = async (n: number, read: Order, by?: AnsweredAuthor) => {
    orders.at(n).answer(read);
    timelines.at(n).answer(timelineOf(read, by));
    await settled();
  };
  const fail = async (n: number, cause: Error) => {
    orders.at(n).fail(cause);
    await settled();
  };
  const shown = () => [detail.order?.status, detail.timeline.length];
  return { detail, close, feed, orders, timelines, moves, feedTimeout, answer, fail, shown };
}

const SAM: AnsweredAuthor = { name: 'Sam', role: 'staff' };

function timelineOf({ version, status, updatedAt }: Order, by = SAM): TimelineItem[] {
  const item = { at: updatedAt, by, from: null, to: status, reason: null };
  return Array.from({ length: version }, () => item);
}

async function ready() {
  const world = openedWithHeldAnswers();
  await world.answer(0, order(1));
  expect(world.detail.state).toBe('ready');
  return world;
}

describe('the reading of an open order', () => {
  it('begins once the channel stands, so that nothing falls in between', async () => {
    const { detail, orders, feed, answer } = openedWithHeldAnswers({ stands: false });
    await settled();
    expect([orders.all.length, detail.state]).toEqual([0, 'loading']);
    feed.stand();
    await settled();
    await answer(0, order(1));
    expect([orders.all.length, detail.state]).toEqual([1, 'ready']);
  });

  it('does not wait for ever, and is done again when the channel stands', async () => {
    const { orders, feedTimeout, feed, answer, shown } = openedWithHeldAnswers({ stands: false });
    feedTimeout.at(0).answer(undefined);
    await settled();
    await answer(0, order(1));
    expect(shown()).toEqual(['placed', 1]);
    feed.stand();
    await settled();
    await answer(1, CONFIRMED);
    expect([shown(), orders.all.length]).toEqual([['confirmed', 2], 2]);
  });

  it('is one at a time: whoever asks during it shares the next', async () => {
    const { detail, orders, answer, shown } = openedWithHeldAnswers();
    let done = 0;
    for (const call of [detail.reload(), detail.reload()]) void call.then(() => (done += 1));
    await settled();
    expect(orders.all).toHaveLength(1);
    await answer(0, order(1));
    expect([orders.all.length, done]).toEqual([2, 0]);
    await answer(1, CONFIRMED);
    expect([orders.all.length, done, shown()]).toEqual([2, 2, ['confirmed', 2]]);
  });

  it.each(Array.from({ length: 16 }, (_, turns) => turns))(
    'is done again for whoever asks %i turns after the answers of one came',
    async (turns) => {
      const { detail, orders, answer, timelines, shown } = openedWithHeldAnswers();
      await settled();
      orders.at(0).answer(order(1));
      timelines.at(0).answer(timelineOf(order(1)));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      void detail.reload();
      await settled();
      await answer(1, CONFIRMED);
      expect(shown()).toEqual(['confirmed', 2]);
    },
  );

  it('is done again for what was told during it', async () => {
    const { feed, orders, answer, shown } = openedWithHeldAnswers();
    feed.send(eventOf(CONFIRMED, 'placed'));
    await answer(0, order(1));
    expect(orders.all).toHaveLength(2);
    await answer(1, CONFIRMED);
    expect([shown(), orders.all.length]).toEqual([['confirmed', 2], 2]);
  });

  it('never takes the timeline back', async () => {
    const { detail, orders, answer, shown } = await ready();
    void detail.reload();
    await answer(1, PACKED);
    void detail.reload();
    await answer(2, CONFIRMED);
    expect([shown(), orders.all.length]).toEqual([['packed', 3], 3]);
  });

  it('that fails leaves what is shown, and a later one clears the failure', async () => {
    const { detail, answer, fail, shown } = await ready();
    void detail.reload();
    await fail(1, UNREACHABLE);
    expect([detail.state, shown()]).toEqual(['ready', ['placed', 1]]);
    expect(detail.error).toContain('cannot be reached');
    void detail.reload();
    await answer(2, CONFIRMED);
    expect([detail.state, detail.error, shown()]).toEqual(['ready', undefined, ['confirmed', 2]]);
  });

  it('that fails at first can be tried again', async () => {
    const { detail, answer, fail } = openedWithHeldAnswers();
    await fail(0, UNREACHABLE);
    expect(detail.state).toBe('failed');
    void detail.reload();
    await answer(1, order(1));
    expect([detail.state, detail.error]).toEqual(['ready', undefined]);
  });
});

describe('a move', () => {
  it('is made once, on the version that is shown, however often the button is pressed', async () => {
    const { detail, moves, answer } = await ready();
    const first = detail.move('confirmed');
    expect(detail.moving).toBe('confirmed');
    const second = detail.move('cancelled', 'twice');
    expect(moves.all.map(({ args: [{ version }, to] }) => [version, to])).toEqual([
      [1, 'confirmed'],
    ]);
    expect(await second).toBe(false);
    moves.at(0).answer(CONFIRMED);
    await settled();
    await answer(1, CONFIRMED);
    expect(await first).toBe(true);
    expect(detail.moving).toBeUndefined();
    void detail.move('packed');
    expect(moves.at(1).args).toMatchObject([{ version: 2 }, 'packed', undefined]);
  });

  it('cannot be made before the order is there', async () => {
    const { detail, moves } = openedWithHeldAnswers();
    expect(await detail.move('confirmed')).toBe(false);
    expect(moves.all).toHaveLength(0);
  });

  it('is followed by a reading that begins after it, not by one that was under way', async () => {
    const { detail, moves, orders, answer, shown } = await ready();
    void detail.reload();
    let isDone = false;
    const moving = detail.move('confirmed').finally(() => (isDone = true));
    moves.at(0).answer(CONFIRMED);
    await settled();
    expect(shown()).toEqual(['confirmed', 1]);
    await answer(1, order(1));
    expect([shown(), isDone, orders.all.length]).toEqual([['confirmed', 1], false, 3]);
    await answer(2, CONFIRMED);
    expect(await moving).toBe(true);
    expect(shown()).toEqual(['confirmed', 2]);
  });

  it('that fails is judged by a reading that begins after it, and can be made again', async () => {
    const { detail, moves, orders, answer } = await ready();
    void detail.reload();
    const moving = detail.move('confirmed');
    moves.at(0).fail(UNREACHABLE);
    await settled();
    await answer(1, order(1));
    expect(detail.notice).toBeUndefined();
    await answer(2, CONFIRMED);
    expect(await moving).toBe(true);
    expect([detail.notice?.kind, detail.moving, orders.all.length]).toEqual([
      'success',
      undefined,
      3,
    ]);
  });

  it('takes away what was said of the one before', async () => {
    const { detail, moves, answer } = await ready();
    const moving = detail.move('confirmed');
    moves.at(0).fail(UNREACHABLE);
    await settled();
    await answer(1, order(1));
    expect(await moving).toBe(false);
    expect(detail.notice?.kind).toBe('warning');
    void detail.move('confirmed');
    expect(detail.notice).toBeUndefined();
  });

  it("is not announced as somebody else's when its own event comes", async () => {
    const { detail, feed, moves, answer } = await ready();
    void detail.move('confirmed');
    feed.send(eventOf(CONFIRMED, 'placed'));
    await answer(1, CONFIRMED, { name: 'Sam', role: 'staff', self: true });
    expect([detail.order?.status, detail.notice]).toEqual(['confirmed', undefined]);
    moves.at(0).answer(CONFIRMED);
    await settled();
    expect(detail.notice?.text).toBe('The order is now confirmed.');
  });

  it.each(['before', 'after'])(
    'that another made first is told as that, where the event comes %s its answer',
    async (when) => {
      const { detail, feed, moves, answer } = await ready();
      const moving = detail.move('confirmed');
      if (when === 'before') feed.send(eventOf(CONFIRMED, 'placed'));
      moves.at(0).fail(STALE);
      await settled();
      if (when === 'after') feed.send(eventOf(CONFIRMED, 'placed'));
      await answer(1, CONFIRMED);
      await answer(2, CONFIRMED);
      expect(await moving).toBe(true);
      expect(detail.notice?.text).toBe('Sam did so first: it is confirmed, as you wanted.');
    },
  );

  it('does not turn the order back where its answer comes after the next move of another', async () => {
    const { detail, feed, moves } = await ready();
    void detail.move('confirmed');
    feed.send(eventOf(PACKED, 'confirmed'));
    moves.at(0).answer(CONFIRMED);
    await settled();
    expect(detail.order).toMatchObject({ status: 'packed', version: 3 });
  });
});

describe('an order that is closed', () => {
  it('is not read where the channel stands only then', async () => {
    const { close, feed, orders } = openedWithHeldAnswers({ stands: false });
    close();
    feed.stand();
    await settled();
    expect(orders.all).toHaveLength(0);
  });

  it('is not read a second time when the channel stands', async () => {
    const { close, feed, feedTimeout, orders, answer } = openedWithHeldAnswers({ stands: false });
    feedTimeout.at(0).answer(undefined);
    await settled();
    await answer(0, order(1));
    close();
    feed.stand();
    await settled();
    expect(orders.all).toHaveLength(1);
  });

  it('takes no answer any more, and no failure', async () => {
    const answered = openedWithHeldAnswers();
    answered.close();
    await answered.answer(0, order(1));
    expect([answered.detail.state, answered.shown()]).toEqual(['loading', [undefined, 0]]);
    const failed = openedWithHeldAnswers();
    failed.close();
    await failed.fail(0, NOT_FOUND);
    expect([failed.detail.state, failed.detail.error]).toEqual(['loading', undefined]);
  });

  it('is not read again for what was asked during the last reading', async () => {
    const { detail, close, orders, answer } = openedWithHeldAnswers();
    void detail.reload();
    close();
    await answer(0, order(1));
    expect(orders.all).toHaveLength(1);
  });

  it('is not read for a move that was under way', async () => {
    const { detail, close, moves, orders } = await ready();
    void detail.move('confirmed');
    close();
    moves.at(0).answer(CONFIRMED);
    await settled();
    expect(orders.all).toHaveLength(1);
  });

  it('hears of nothing', async () => {
    const { detail, close, feed } = await ready();
    close();
    feed.send(eventOf(CONFIRMED, 'placed'));
    expect([detail.order?.status, detail.notice]).toEqual(['placed', undefined]);
  });
});
