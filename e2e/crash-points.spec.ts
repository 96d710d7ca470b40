import { ORDERS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { orderSchema } from '@ordercast/contract/order.ts';
import type { Order } from '@ordercast/contract/order.ts';
import { DEMO_USERS } from '@ordercast/local/demo-users.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wholeChannel } from './testing/channel-items.ts';
import { orderObserver, versionsOf } from './testing/observer.ts';
import type { OrderObserver } from './testing/observer.ts';
import { moveOrder, placeOrder, signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';
import { startSplitSystem } from './testing/split-system.ts';
import type { SplitSystem } from './testing/split-system.ts';
import { STOPPING_POINTS } from './testing/stopping-points.ts';
import type { StoppingPoint } from './testing/stopping-points.ts';

let system: SplitSystem;
let ada: Person;
let sam: Person;
let observers: OrderObserver[];
let relays: Child[];
/** Every version of every order that these tests were answered for. */
const expected = new Map<string, number[]>();

beforeAll(async () => {
  system = await startSplitSystem(DEMO_USERS);
  await system.startApi();
  [ada, sam] = await Promise.all([
    signInAs(system.url, 'ada@example.com'),
    signInAs(system.url, 'sam@example.com'),
  ]);
  observers = [orderObserver(sam, ORDERS_CHANNEL), orderObserver(ada, userChannel(ada.sub))];
});
afterAll(() => system.close());
beforeEach(async () => {
  relays = [];
  await Promise.all(observers.map((observer) => observer.open()));
});
afterEach(async () => {
  system.onPost(() => undefined);
  for (const relay of relays) {
    relay.kill('SIGKILL');
    await relay.ended;
  }
});

async function place(): Promise<Order> {
  const order = await placeOrder(ada);
  expected.set(order.id, [1]);
  return order;
}

async function move(order: Order, to: Order['status']): Promise<Order> {
  const { status, body } = await moveOrder(sam, order, to);
  expect(status).toBe(200);
  const moved = orderSchema.parse(body);
  expected.get(moved.id)?.push(moved.version);
  return moved;
}

async function liveThrough(): Promise<void> {
  let order = await place();
  for (const to of ['confirmed', 'packed', 'shipped', 'delivered'] as const) {
    order = await move(order, to);
  }
}

function stoppingRelay(
  point: StoppingPoint,
  { channel, by }: { channel: string; by: 'SIGKILL' | 'SIGSTOP' },
): Child {
  const settings = { STOP_AT: point, STOP_CHANNEL: channel, STOP_BY: by };
  const relay = system.startRelay('e2e/testing/stopping-relay.ts', settings);
  relays.push(relay);
  return relay;
}

function startRelay(): Child {
  const relay = system.startRelay();
  relays.push(relay);
  return relay;
}

/** Everything came to every callback once and in order, and stands in the logs once. */
async function expectAllOnce(): Promise<void> {
  await expect
    .poll(() => system.database('outbox').whereNull('published_at').pluck('id'), settle)
    .toEqual([]);
  for (const observer of observers) {
    const log = await wholeChannel(system, observer.channel);
    await expect.poll(() => observer.seen.map(({ id }) => id), settle).toEqual(log);
    expect(Object.fromEntries(versionsOf(observer))).toEqual(Object.fromEntries(expected));
    expect(observer.reloads).toBe(0);
  }
}

const settle = { interval: 50 };
const channels = [
  ['orders', () => ORDERS_CHANNEL],
  ["the customer's channel", () => userChannel(ada.sub)],
] as const;

describe.each(channels)('what is on its way to %s', (_, channel) => {
  it.each(STOPPING_POINTS)('comes once and in order when the relay is killed %s', async (point) => {
    const dying = stoppingRelay(point, { channel: channel(), by: 'SIGKILL' });
    await dying.lineWith('"leading"');
    const order = await place();
    expect((await dying.ended).signal).toBe('SIGKILL');
    expect(dying.lines).toContain(`stopping at ${point}`);
    await move(order, 'confirmed');
    startRelay();
    await liveThrough();
    await expectAllOnce();
  });

  it.each(STOPPING_POINTS)(
    'comes once and in order when a leader sleeps %s and wakes up without its lock',
    async (point) => {
      const sleeper = stoppingRelay(point, { channel: channel(), by: 'SIGSTOP' });
      await sleeper.lineWith('"leading"');
      const order = await place();
      await sleeper.lineWith(`stopping at ${point}`);
      await move(order, 'confirmed');
      const heir = startRelay();
      await heir.lineWith('"leading"');
      await liveThrough();
      await expectAllOnce();
      const before = await wholeChannel(system, channel());

      sleeper.kill('SIGCONT');
      await sleeper.lineWith('not leading any more');
      expect(await wholeChannel(system, channel())).toEqual(before);
      await liveThrough();
      await expectAllOnce();
    },
  );
});

describe('a fan-out that is cut off in the middle', () => {
  it('reaches those whose turn had not come', async () => {
    const more = [1, 2, 3].map(() => orderObserver(sam, ORDERS_CHANNEL));
    await Promise.all(more.map((observer) => observer.open()));
    const relay = startRelay();
    await relay.lineWith('"leading"');
    let posts = 0;
    system.onPost(() => {
      posts += 1;
      if (posts === 2) relay.kill('SIGKILL');
    });
    const order = await place();
    expect((await relay.ended).signal).toBe('SIGKILL');
    await move(order, 'confirmed');
    startRelay();
    await expectAllOnce();
    for (const observer of more) {
      const own = () =>
        observer.seen.map(({ data: { orderId, version } }) => ({ orderId, version }));
      await expect.poll(own, settle).toEqual([
        { orderId: order.id, version: 1 },
        { orderId: order.id, version: 2 },
      ]);
      expect(observer.reloads).toBe(0);
      observer.close();
    }
  });
});
