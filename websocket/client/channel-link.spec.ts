import { describe, expect, it } from 'vitest';
import { DEFAULT_TIMINGS } from './environment.ts';
import type { SubscribedOnWire } from './testing/client-on-wire.ts';
import { subscribedOnWire } from './testing/client-on-wire.ts';

const { stableAfterMs, gapGraceMs, catchUpGraceMs, answerTimeoutMs } = DEFAULT_TIMINGS;

/** A subscription whose next timer is its own: the others of its connection are far away. */
async function subscribedForLong() {
  const world = await subscribedOnWire();
  await world.advance(stableAfterMs);
  /** Runs the next timer and lets the server answer; in how many ms it was due. */
  const next = async () => {
    const ms = world.timers.nextInMs ?? 0;
    await world.advance(ms);
    return ms;
  };
  const connection = () => {
    const [only] = world.model.connections;
    if (!only) throw new Error('There is no connection.');
    return only;
  };
  const actions = () => connection().received.map(({ action }) => action);
  /** Has the client find by a pong that its subscription is gone, and make it again. */
  const forget = async () => {
    connection().channels.clear();
    world.signal('doubt');
    await world.settle();
  };
  return { ...world, next, connection, actions, forget };
}

function loseEvents({ model }: Pick<SubscribedOnWire, 'model'>, isLost: (from: number) => boolean) {
  model.wire = (frame, send) => {
    if (frame.type !== 'events' || !isLost(frame.from)) send(frame);
  };
}

describe('a gap', () => {
  it('is asked for more and more slowly, and the next one quickly again', async () => {
    const world = await subscribedForLong();
    const { model, next, settle, ids } = world;
    const graces: number[] = [];
    for (const first of [1, 3]) {
      loseEvents(world, (from) => from === first);
      model.publish('orders');
      model.publish('orders');
      await settle();
      for (let tries = 0; tries < 4; tries += 1) {
        if (tries === 3) loseEvents(world, () => false);
        graces.push(await next());
      }
      expect(ids).toEqual(model.ids('orders'));
    }
    const slower = [gapGraceMs, ...[750, 1000, 1500].map((ms) => catchUpGraceMs + ms)];
    expect(graces).toEqual([...slower, ...slower]);
  });

  it('that has closed in part is not asked for, and given the short wait again', async () => {
    const world = await subscribedForLong();
    const { model, next, settle, connection, actions, ids } = world;
    loseEvents(world, (from) => from < 3);
    for (let event = 0; event < 3; event += 1) model.publish('orders');
    await settle();
    expect([await next(), await next()]).toEqual([gapGraceMs, catchUpGraceMs + 750]);
    const asked = actions().length;
    const { epoch, events } = model.log('orders');
    const part = { type: 'events', channel: 'orders', epoch, from: 1, to: 1 };
    connection().sendRaw(JSON.stringify({ ...part, events: events.slice(0, 1) }));
    await settle();
    expect(ids).toHaveLength(1);
    expect(await next()).toBe(catchUpGraceMs + 1000);
    expect(actions()).toHaveLength(asked);
    loseEvents(world, () => false);
    expect(await next()).toBe(catchUpGraceMs);
    expect([actions().length, ids]).toEqual([asked + 1, model.ids('orders')]);
  });

  it('that closes by itself is asked for no more', async () => {
    const world = await subscribedForLong();
    const { model, timers, settle, actions, ids } = world;
    const held: (() => void)[] = [];
    model.wire = (frame, send) => {
      if (frame.type === 'events' && frame.from === 1) held.push(() => send(frame));
      else send(frame);
    };
    const armed = timers.armed;
    model.publish('orders');
    model.publish('orders');
    await settle();
    expect(timers.armed).toBe(armed + 1);
    held[0]?.();
    await settle();
    expect([timers.armed, ids]).toEqual([armed, model.ids('orders')]);
    expect(actions()).toEqual(['subscribe']);
  });

  it('is not waited for while a subscribe is under way that will bring what is missing', async () => {
    const world = await subscribedForLong();
    const { model, timers, settle, forget } = world;
    const armed = timers.armed;
    loseEvents(world, (from) => from === 1);
    model.publish('orders');
    model.publish('orders');
    await settle();
    model.refuseNext('subscribe', 'silence');
    await forget();
    expect([timers.armed, timers.nextInMs]).toEqual([armed + 1, answerTimeoutMs]);
  });

  it('is asked for no more once nobody listens', async () => {
    const world = await subscribedForLong();
    const { model, timers, settle, actions, subscription } = world;
    const armed = timers.armed;
    loseEvents(world, (from) => from === 1);
    model.publish('orders');
    model.publish('orders');
    await settle();
    model.refuseNext('unsubscribe', 'silence');
    subscription.unsubscribe();
    // The deadline of the unsubscribe alone.
    expect([timers.armed, timers.nextInMs]).toEqual([armed + 1, answerTimeoutMs]);
    await settle();
    expect(actions()).toEqual(['subscribe', 'unsubscribe']);
  });
});

describe('a subscribe', () => {
  it('that is refused is repeated more and more slowly, and after a success quickly again', async () => {
    const { model, next, forget, subscription, actions } = await subscribedForLong();
    const waits: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      for (let time = 0; time < 3; time += 1) model.refuseNext('subscribe', 'RATE_LIMITED');
      await forget();
      for (let time = 0; time < 3; time += 1) waits.push(await next());
      expect(subscription.state).toBe('subscribed');
    }
    expect(waits).toEqual([750, 1000, 1500, 750, 1000, 1500]);
    expect(actions().filter((action) => action === 'subscribe')).toHaveLength(9);
  });

  it('that is not answered is given more and more time, and after a success the short one', async () => {
    const { model, next, forget } = await subscribedForLong();
    const waits: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      for (let time = 0; time < 5; time += 1) model.refuseNext('subscribe', 'silence');
      await forget();
      for (let time = 0; time < 10; time += 1) waits.push(await next());
    }
    const deadlines = waits.filter((_, index) => index % 2 === 0);
    const doubled = [1, 2, 4, 8, 8].map((times) => times * answerTimeoutMs);
    expect(deadlines).toEqual([...doubled, ...doubled]);
  });

  it('that waits to be repeated is not sent before, whatever changes meanwhile', async () => {
    const { model, forget, next, actions, listen, settle } = await subscribedForLong();
    model.refuseNext('subscribe', 'RATE_LIMITED');
    await forget();
    const sent = actions().length;
    listen();
    await settle();
    expect(actions()).toHaveLength(sent);
    await next();
    expect(actions()).toHaveLength(sent + 1);
  });

  it('that is refused leaves no timer where whoever is told closes the client', async () => {
    const { client, model, settle, timers } = await subscribedOnWire();
    model.refuseNext('subscribe', 'RATE_LIMITED');
    client.subscribe('other', {
      onEvent: () => undefined,
      onReload: () => undefined,
      onError: () => client.close(),
    });
    await settle();
    expect([client.state, timers.armed]).toEqual(['closed', 0]);
  });

  it('for which a token was refused is sent again with another, each time once', async () => {
    const { model, forget, reasons, subscription, connection } = await subscribedForLong();
    for (let time = 0; time < 2; time += 1) {
      model.refuseNext('subscribe', 'TOKEN_INVALID');
      await forget();
      expect([subscription.state, ...connection().channels]).toEqual(['subscribed', 'orders']);
    }
    expect(reasons).toEqual(['connect', 'refused', 'refused']);
  });

  it('after an unsubscribe that took several tries begins with the short wait', async () => {
    const { model, settle, next, listen, subscription, timers } = await subscribedForLong();
    model.refuseNext('unsubscribe', 'INTERNAL');
    subscription.unsubscribe();
    await settle();
    timers.advance(timers.nextInMs ?? 0);
    model.refuseNext('subscribe', 'RATE_LIMITED');
    const again = listen();
    await settle();
    expect(await next()).toBe(750);
    expect(again.state).toBe('subscribed');
  });
});

describe('a subscription that has failed', () => {
  it('sends nothing more, not even when it is unsubscribed', async () => {
    const { model, forget, settle, actions, subscription, timers } = await subscribedForLong();
    const armed = timers.armed;
    model.refuseNext('subscribe', 'FORBIDDEN_CHANNEL');
    await forget();
    expect(subscription.state).toBe('failed');
    const sent = actions().length;
    subscription.unsubscribe();
    await settle();
    expect([actions().length, timers.armed]).toEqual([sent, armed]);
  });
});
