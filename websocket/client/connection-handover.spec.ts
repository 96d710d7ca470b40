import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TIMINGS } from './realtime-client.ts';
import type { SubscribedOnWire } from './testing/client-on-wire.ts';
import { clientOnWire, OF_ONE_CONNECTION, subscribedOnWire } from './testing/client-on-wire.ts';

const { renewAfterMinMs, renewAfterMaxMs, replaceTimeoutMs, stableAfterMs } = DEFAULT_TIMINGS;
/** In the middle of the window, as the random source here has it. */
const RENEWAL_MS = (renewAfterMinMs + renewAfterMaxMs) / 2;
/** What may be under way on a connection, each with a timer of its own. */
const UNDER_WAY: [string, (world: SubscribedOnWire) => Promise<void> | void][] = [
  ['nothing', () => undefined],
  ['a ping', ({ signal }) => signal('doubt')],
  [
    'a subscribe',
    ({ client }) =>
      void client.subscribe('other', { onEvent: () => undefined, onReload: () => undefined }),
  ],
  [
    'the wait before another subscribe',
    async ({ client, model, settle }) => {
      model.refuseNext('subscribe', 'RATE_LIMITED');
      client.subscribe('other', { onEvent: () => undefined, onReload: () => undefined });
      await settle();
    },
  ],
  [
    'a new token',
    async ({ client, model, settle }) => {
      model.refuseNext('subscribe', 'TOKEN_INVALID');
      model.refuseNext('authenticate', 'silence');
      client.subscribe('other', { onEvent: () => undefined, onReload: () => undefined });
      await settle();
    },
  ],
  [
    'the wait for a missing event',
    async ({ model, settle }) => {
      const { wire } = model;
      model.wire = (frame, send) => (frame.type === 'events' ? undefined : send(frame));
      model.publish('orders');
      model.wire = wire;
      model.publish('orders');
      await settle();
    },
  ],
];

describe('a connection that is cut', () => {
  it.each(UNDER_WAY)(
    'while %s is under way leaves the next attempt alone armed',
    async (what, begin) => {
      const world = await subscribedOnWire();
      await begin(world);
      expect(world.timers.armed).toBe(OF_ONE_CONNECTION + (what === 'nothing' ? 0 : 1));
      world.cut();
      expect(world.client.state).toBe('waiting');
      expect(world.timers.armed).toBe(1);
      world.errors.length = 0;
      await world.advance(world.timers.nextInMs ?? 0);
      expect(world.client.state).toBe('connected');
      await world.advance(RENEWAL_MS - 1);
      expect([world.errors, world.opened(), world.ids]).toEqual([[], 2, world.model.ids('orders')]);
    },
  );

  it.each(UNDER_WAY)('or closed while %s is under way leaves no timer at all', async (_, begin) => {
    const world = await subscribedOnWire();
    await begin(world);
    world.client.close();
    expect(world.timers.armed).toBe(0);
    await world.settle();
    expect([world.timers.armed, world.model.connections.size]).toEqual([0, 0]);
  });

  it('is waited for shortly after one that stood, and longer after one that did not', async () => {
    const { timers, cut, advance, client } = await subscribedOnWire();
    const waits: (number | undefined)[] = [];
    for (const stoodMs of [0, stableAfterMs - 1, stableAfterMs, 0, stableAfterMs]) {
      timers.advance(stoodMs);
      cut();
      waits.push(timers.nextInMs);
      await advance(timers.nextInMs ?? 0);
      expect(client.state).toBe('connected');
    }
    expect(waits).toEqual([750, 1000, 750, 1000, 750]);
  });

  it('is looked into for a bad token again after one that stood', async () => {
    const { wire, timers, reasons, cut, advance } = await subscribedOnWire();
    for (let round = 0; round < 2; round += 1) {
      timers.advance(stableAfterMs);
      cut();
      wire.refuseHandshake = true;
      await advance(timers.nextInMs ?? 0);
      await advance(timers.nextInMs ?? 0);
    }
    expect(reasons).toEqual(['connect', 'connect', 'refused', 'connect', 'refused']);
  });

  it('is not waited for any more where the page wakes up: the wait is over for good', async () => {
    const { client, timers, signal, cut, settle, opened } = await subscribedOnWire();
    cut();
    signal('wake');
    // The deadline of the token alone.
    expect([client.state, timers.armed]).toEqual(['connecting', 1]);
    signal('wake');
    await settle();
    expect([client.state, opened()]).toEqual(['connected', 2]);
  });

  it('while its replacement shakes hands gives way to it, without another attempt', async () => {
    const { client, timers, wire, cut, settle, opened, states, advance } = await subscribedOnWire();
    timers.advance(RENEWAL_MS);
    await setImmediate();
    expect([opened(), wire.packets.length]).toEqual([2, 1]);
    cut();
    expect(client.state).toBe('connecting');
    expect(timers.armed).toBe(1);
    await settle();
    expect(client.state).toBe('connected');
    await advance(RENEWAL_MS - 1);
    expect([opened(), states]).toEqual([2, ['connecting', 'connected', 'connecting', 'connected']]);
  });
});

describe('a replacement', () => {
  it('that has caught up is given up no more, and the old connection leaves no timer', async () => {
    const { timers, advance, opened, model, errors, states } = await subscribedOnWire();
    await advance(RENEWAL_MS);
    expect([opened(), model.connections.size, timers.armed]).toEqual([2, 1, OF_ONE_CONNECTION]);
    await advance(replaceTimeoutMs);
    expect([opened(), model.connections.size, errors, states]).toEqual([
      2,
      1,
      [],
      ['connecting', 'connected'],
    ]);
  });

  it('of a connection without subscriptions takes its place at once', async () => {
    const { client, settle, advance, opened, model, timers } = clientOnWire();
    client.start();
    await settle();
    const [old] = model.connections;
    await advance(RENEWAL_MS);
    expect([opened(), model.connections.size, timers.armed]).toEqual([2, 1, OF_ONE_CONNECTION]);
    expect([...model.connections]).not.toContain(old);
  });

  it('takes no place before it is open, though nothing is to be subscribed on it', async () => {
    const { client, subscription, settle, timers, wire, model, opened } = await subscribedOnWire();
    timers.advance(RENEWAL_MS);
    await setImmediate();
    subscription.unsubscribe();
    // Behind the handshake, which waits, the unsubscribe and its answer.
    wire.take(1)?.deliver();
    wire.take(1)?.deliver();
    expect([client.state, model.connections.size, opened()]).toEqual(['connected', 1, 2]);
    await settle();
    expect([client.state, model.connections.size, opened()]).toEqual(['connected', 1, 2]);
  });

  it('that does not catch up is given up, and tried for ever more slowly', async () => {
    const { wire, timers, advance, opened, client, errors } = await subscribedOnWire();
    const waits: (number | undefined)[] = [];
    wire.admits = () => false;
    await advance(RENEWAL_MS);
    for (let time = 0; time < 4; time += 1) {
      waits.push(timers.nextInMs);
      await advance(timers.nextInMs ?? 0);
    }
    expect(waits).toEqual([750, 1000, 1500, 2500]);
    expect([client.state, opened(), errors.length]).toEqual(['connected', 6, 5]);
  });

  it('that is lost before it has caught up leaves no deadline behind', async () => {
    const { model, advance, timers, opened, client } = await subscribedOnWire();
    const [old] = model.connections;
    model.refuseNext('subscribe', 'silence');
    await advance(RENEWAL_MS);
    for (const connection of [...model.connections]) if (connection !== old) connection.end('cut');
    // Of the old connection ping and token; and the next attempt.
    expect([opened(), client.state, timers.armed]).toEqual([2, 'connected', 3]);
  });

  it.each(['shakes hands', 'catches up'])(
    'that still %s is closed with the client',
    async (phase) => {
      const { model, wire, settle, timers, client, opened } = await subscribedOnWire();
      model.refuseNext('subscribe', 'silence');
      timers.advance(RENEWAL_MS);
      if (phase === 'catches up') await settle();
      else await setImmediate();
      expect(opened()).toBe(2);
      expect(model.connections.size + wire.packets.length).toBe(2);
      client.close();
      expect(timers.armed).toBe(0);
      await settle();
      expect([model.connections.size, timers.armed]).toEqual([0, 0]);
    },
  );
});

describe('a client that is closed', () => {
  it.each(['answers', 'fails'])('while a token is fetched stays so when that %s', async (how) => {
    const token = Promise.withResolvers<string>();
    const world = clientOnWire({ token: () => token.promise });
    world.client.start();
    world.client.close();
    if (how === 'answers') token.resolve('late');
    else token.reject(new Error('late'));
    await world.settle();
    const { client, timers, errors, states, opened } = world;
    expect([client.state, timers.armed, errors, opened()]).toEqual(['closed', 0, [], 0]);
    expect(states).toEqual(['connecting', 'closed']);
  });

  it('listens to no signals, tells its end once and wakes no more', async () => {
    const { client, signal, settle, stops, opened, states } = await subscribedOnWire();
    client.close();
    client.close();
    signal('wake');
    signal('doubt');
    client.start();
    await settle();
    expect([stops(), opened(), states]).toEqual([1, 1, ['connecting', 'connected', 'closed']]);
  });

  it('tells no listener that has left, and each that is there though another leaves', async () => {
    const { client, settle } = clientOnWire();
    const told: string[] = [];
    const leave = client.onState((state) => {
      told.push(`first ${state}`);
      leave();
    });
    client.onState((state) => told.push(`second ${state}`));
    client.start();
    await settle();
    expect(told).toEqual(['first connecting', 'second connecting', 'second connected']);
  });
});
