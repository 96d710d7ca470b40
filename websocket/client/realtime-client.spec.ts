import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { AnswerTimeoutError, CallbackError, MalformedFrameError } from './errors.ts';
import { DEFAULT_TIMINGS } from './environment.ts';
import { memoryPositions } from './positions.ts';
import type { CloudEvent, RealtimeClient, Reload } from './realtime-client.ts';
import { ClientClosedError, createRealtimeClient, isReload } from './realtime-client.ts';
import { A_WHILE_MS, clientUnderTest, until } from './testing/client-under-test.ts';
import type { ModelServer } from './testing/model-server.ts';
import { serveModel } from './testing/model-server-socket.ts';

describe('a subscription', () => {
  it('delivers live events in order, from the moment it is ready', async () => {
    const { model, client, listen } = await clientUnderTest();
    model.server.publish('orders', 3);
    const received = listen('orders');
    expect(received.subscription.state).toBe('pending');
    await received.subscription.ready;
    expect(received.subscription.state).toBe('subscribed');
    expect(client.state).toBe('connected');
    model.server.publish('orders', 2);
    model.server.publish('orders', 25);
    await until(() => received.ids.length >= 27);
    expect(received.ids).toEqual(model.server.ids('orders').slice(3));
    expect(received.errors).toEqual([]);
  });

  it('gets exactly the 50 events that it missed while the socket was cut, once and in order', async () => {
    const { model, listen, cut, waitFor } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders', 5);
    await until(() => received.ids.length === 5);
    await cut();
    expect(received.subscription.state).toBe('pending');
    model.server.publish('orders', 50);
    await waitFor(() => received.ids.length >= 55);
    model.server.publish('orders');
    await until(() => received.ids.length >= 56);
    expect(received.ids).toEqual(model.server.ids('orders'));
    expect(received.reloads).toBe(0);
  });

  it('reloads once where the log no longer holds all that was missed, and goes on from there', async () => {
    const { model, listen, cut, waitFor } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    await cut();
    model.server.publish('orders', 5);
    model.server.expire('orders');
    model.server.publish('orders', 5);
    await waitFor(() => received.reloads > 0);
    model.server.publish('orders', 2);
    await until(() => received.ids.length >= 3);
    expect(received.ids).toEqual(['reload', 'e1-11', 'e1-12']);
  });

  it('reloads once when the log begins anew under a live subscription', async () => {
    const { model, listen, timers } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders', 7);
    await until(() => received.ids.length === 7);
    model.server.beginAnew('orders');
    model.server.publish('orders', 2);
    await until(() => {
      timers.advance(1000);
      return received.reloads > 0;
    });
    model.server.publish('orders');
    await until(() => received.ids.length >= 9);
    expect(received.ids.slice(7)).toEqual(['reload', 'e2-3']);
  });

  it('holds what arrives before the answer, and counts from the answered position', async () => {
    const { model, listen } = await clientUnderTest();
    model.server.beforeSubscribed = () => model.server.publish('orders', 2);
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders');
    await until(() => received.ids.length > 0);
    expect(received.ids).toEqual(['e1-3']);
  });

  it('delivers nothing of a resumed channel before the server has answered', async () => {
    const answers: (() => void)[] = [];
    const { model, listen } = await clientUnderTest({
      positions: { load: () => 'e1.0', save: () => undefined },
    });
    model.server.beforeSubscribed = () => model.server.publish('orders', 2);
    model.server.wire = (frame, send) => {
      if (frame.type === 'subscribed') answers.push(() => send(frame));
      else send(frame);
    };
    const received = listen('orders');
    await until(() => answers.length === 1);
    model.server.publish('orders');
    await new Promise((resolve) => setImmediate(resolve));
    expect(received.ids).toEqual([]);
    answers[0]?.();
    await until(() => received.ids.length >= 3);
    expect(received.ids).toEqual(model.server.ids('orders'));
  });

  it('puts right frames that overtake and repeat each other, without asking again', async () => {
    const { model, listen, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    const late: (() => void)[] = [];
    model.server.wire = (frame, send) => void late.push(() => send(frame));
    model.server.maxBatch = 2;
    model.server.publish('orders', 8);
    for (const index of [2, 0, 2, 3, 1, 0]) late[index]?.();
    await until(() => received.ids.length >= 8);
    expect(received.ids).toEqual(model.server.ids('orders'));
    expect(connection().received.map(({ action }) => action)).toEqual(['subscribe']);
  });

  it('delivers of a frame that it has seen in part only what it has not seen', async () => {
    const { model, listen, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders', 2);
    await until(() => received.ids.length === 2);
    const { events, epoch } = model.server.log('orders');
    model.server.wire = () => undefined;
    model.server.publish('orders', 2);
    const frame = { type: 'events', channel: 'orders', epoch, from: 1, to: 4, events };
    connection().sendRaw(JSON.stringify(frame));
    await until(() => received.ids.length >= 4);
    expect(received.ids).toEqual(model.server.ids('orders'));
  });

  it('asks for a lost frame when a later one shows the gap', async () => {
    const { model, listen, timers, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    loseNextEvents(model.server);
    model.server.publish('orders', 3);
    model.server.publish('orders', 1);
    await until(() => timers.nextInMs === DEFAULT_TIMINGS.gapGraceMs);
    expect(connection().received).toHaveLength(1);
    timers.advance(DEFAULT_TIMINGS.gapGraceMs);
    await until(() => received.ids.length >= 4);
    expect(received.ids).toEqual(model.server.ids('orders'));
    expect(connection().received.at(-1)).toMatchObject({ action: 'subscribe', since: 'e1.0' });
  });

  it('asks for a lost tail when a pong shows it', async () => {
    const { model, listen, timers, states } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    loseNextEvents(model.server);
    model.server.publish('orders', 3);
    timers.advance(DEFAULT_TIMINGS.pingEveryMs);
    await until(() => timers.nextInMs === DEFAULT_TIMINGS.gapGraceMs);
    timers.advance(DEFAULT_TIMINGS.gapGraceMs);
    await until(() => received.ids.length >= 3);
    expect(states).toEqual(['connecting', 'connected']);
    expect(received.ids).toEqual(model.server.ids('orders'));
  });

  it('subscribes again when a pong shows that the server has forgotten it', async () => {
    const { model, listen, timers, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    connection().channels.clear();
    model.server.publish('orders', 3);
    timers.advance(DEFAULT_TIMINGS.pingEveryMs);
    await until(() => received.ids.length >= 3);
    expect(received.ids).toEqual(model.server.ids('orders'));
  });

  it('misses and repeats nothing where a pong says nothing of it, for having been asked before', async () => {
    let wake: () => void = () => undefined;
    const { client, model, listen, connection } = await clientUnderTest({
      signals: (listener) => {
        wake = () => listener('wake');
        return () => undefined;
      },
    });
    client.start();
    await until(() => client.state === 'connected');
    const pongs: (() => void)[] = [];
    model.server.wire = (frame, send) => {
      if (frame.type === 'pong') pongs.push(() => send(frame));
      else send(frame);
    };
    wake();
    await until(() => pongs.length === 1);
    const received = listen('orders');
    await received.subscription.ready;
    pongs[0]?.();
    model.server.publish('orders');
    await until(() => connection().received.length === 3);
    model.server.publish('orders');
    await until(() => received.ids.length === 2);
    expect(received.ids).toEqual(model.server.ids('orders'));
    expect(connection().received.map(({ action }) => action)).toEqual([
      'ping',
      'subscribe',
      'subscribe',
    ]);
  });

  it('keeps asking, and says so, while a gap will not close', async () => {
    const { model, listen, timers, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.wire = (frame, send) => {
      if (frame.type !== 'events' || frame.from > 1) send(frame);
    };
    model.server.publish('orders');
    model.server.publish('orders');
    await until(() => {
      timers.advance(A_WHILE_MS);
      return received.errors.some(({ name }) => name === 'EventsMissingError');
    });
    expect(connection().received.length).toBeGreaterThan(1);
    expect(received.ids).toEqual([]);
    model.server.wire = (frame, send) => send(frame);
    await until(() => {
      timers.advance(A_WHILE_MS);
      return received.ids.length >= 2;
    });
    expect(received.ids).toEqual(model.server.ids('orders'));
  });

  it('stays bounded when frames pile up behind a gap, and still misses none', async () => {
    const { model, listen, timers } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    loseNextEvents(model.server);
    model.server.publish('orders');
    for (let round = 0; round < 150; round += 1) model.server.publish('orders', 10);
    await until(() => {
      timers.advance(1000);
      return received.ids.length >= 1501;
    });
    expect(received.ids).toEqual(model.server.ids('orders'));
  });

  it('keeps channels apart, and serves several listeners of one', async () => {
    const { model, listen, connection } = await clientUnderTest();
    const [first, other] = [listen('orders'), listen('announcements')];
    await Promise.all([first.subscription.ready, other.subscription.ready]);
    const second = listen('orders');
    await second.subscription.ready;
    model.server.publish('orders', 2);
    model.server.publish('announcements', 1);
    await until(() => second.ids.length === 2 && other.ids.length === 1);
    expect(first.ids).toEqual(second.ids);
    expect(connection().received).toHaveLength(2);
  });

  it('sees nothing after unsubscribe, not even the rest of the frame, and tells the server', async () => {
    const { client, model, connection } = await clientUnderTest();
    const ids: string[] = [];
    const subscription = client.subscribe('orders', {
      onEvent(event) {
        ids.push(event.id);
        if (ids.length === 2) subscription.unsubscribe();
      },
      onReload: () => undefined,
    });
    await subscription.ready;
    model.server.publish('orders', 5);
    await until(() => connection().channels.size === 0);
    expect(ids).toEqual(['e1-1', 'e1-2']);
  });

  it('brings an event to whoever another callback has unsubscribed before their turn', async () => {
    const { client, model } = await clientUnderTest();
    const ids: Record<'first' | 'second', string[]> = { first: [], second: [] };
    const handlers = (name: 'first' | 'second') => ({
      onEvent: ({ id }: { id: string }) => {
        ids[name].push(id);
        if (name !== 'first' || id !== 'e1-2') return;
        first.unsubscribe();
        second.unsubscribe();
        second = client.subscribe('orders', handlers('second'));
      },
      onReload: () => expect.unreachable(),
    });
    const first = client.subscribe('orders', handlers('first'));
    let second = client.subscribe('orders', handlers('second'));
    await first.ready;
    model.server.publish('orders', 3);
    await until(() => ids.second.length === 3);
    expect(ids).toEqual({ first: ['e1-1', 'e1-2'], second: ['e1-1', 'e1-2', 'e1-3'] });
  });

  it('moves its position on when the callback has returned, event by event', async () => {
    const kept: (string | undefined)[] = [];
    const positions = memoryPositions();
    const { client, model } = await clientUnderTest({ positions });
    const subscription = client.subscribe('orders', {
      onEvent: () => kept.push(positions.load('orders')),
      onReload: () => expect.unreachable(),
    });
    await subscription.ready;
    model.server.publish('orders', 3);
    await until(() => kept.length === 3);
    expect(kept).toEqual(['e1.0', 'e1.1', 'e1.2']);
  });

  it('is ready again only when the server has said so, also while it is being unsubscribed', async () => {
    const { client, model, listen, connection } = await clientUnderTest();
    const before = listen('orders');
    await before.subscription.ready;
    model.server.refuseNext('unsubscribe', 'silence');
    before.subscription.unsubscribe();
    const after = listen('orders');
    expect(after.subscription.state).toBe('pending');
    let isReady = false;
    const ready = after.subscription.ready.then(() => (isReady = true));
    await until(() => connection().received.at(-1)?.action === 'unsubscribe');
    expect(isReady).toBe(false);
    client.close();
    await expect(ready).rejects.toThrow(ClientClosedError);
  });

  it('resumes where it stopped when the application subscribes again', async () => {
    const { model, listen, connection } = await clientUnderTest();
    const first = listen('orders');
    await first.subscription.ready;
    model.server.publish('orders', 2);
    await until(() => first.ids.length === 2);
    first.subscription.unsubscribe();
    await until(() => connection().channels.size === 0);
    model.server.publish('orders', 3);
    const second = listen('orders');
    await until(() => second.ids.length >= 3);
    expect([...first.ids, ...second.ids]).toEqual(model.server.ids('orders'));
  });

  it('still hears of a reload that was answered while nobody listened', async () => {
    const answers: (() => void)[] = [];
    const { model, listen, connection } = await clientUnderTest({
      positions: { load: () => 'gone.7', save: () => undefined },
    });
    model.server.wire = (frame, send) => void answers.push(() => send(frame));
    const first = listen('orders');
    await until(() => answers.length === 1);
    first.subscription.unsubscribe();
    model.server.wire = (frame, send) => send(frame);
    answers[0]?.();
    await until(() => connection().received.length === 2);
    const second = listen('orders');
    await until(() => second.ids.length > 0);
    expect([...first.ids, ...second.ids]).toEqual(['reload']);
  });

  it('never has two operations of a channel under way', async () => {
    const { model, listen, connection } = await clientUnderTest();
    const answers: (() => void)[] = [];
    model.server.wire = (frame, send) => void answers.push(() => send(frame));
    const first = listen('orders');
    await until(() => answers.length === 1);
    first.subscription.unsubscribe();
    const second = listen('orders');
    second.subscription.unsubscribe();
    const third = listen('orders');
    expect(connection().received).toHaveLength(1);
    model.server.wire = (frame, send) => send(frame);
    answers[0]?.();
    await third.subscription.ready;
    model.server.publish('orders');
    await until(() => third.ids.length === 1);
    expect(connection().received.map(({ action }) => action)).toEqual(['subscribe']);
  });

  it('resumes after a reload of the page from the positions kept', async () => {
    const model = await serveModel();
    const positions = memoryPositions();
    const before = await clientUnderTest({ positions }, model);
    const first = before.listen('orders');
    await first.subscription.ready;
    model.server.publish('orders', 3);
    await until(() => first.ids.length === 3);
    before.client.close();
    model.server.publish('orders', 4);
    const after = await clientUnderTest({ positions }, model);
    const second = after.listen('orders');
    await until(() => second.ids.length >= 4);
    expect([...first.ids, ...second.ids]).toEqual(model.server.ids('orders'));
    after.client.close();
    await model.stop();
  });
});

describe('what goes wrong in the application', () => {
  it('does not stop the stream: callbacks that throw or reject are reported', async () => {
    const { client, model } = await clientUnderTest();
    const seen: string[] = [];
    const errors: Error[] = [];
    const subscription = client.subscribe('orders', {
      onEvent(event): Promise<void> | undefined {
        seen.push(event.id);
        if (seen.length === 1) throw new Error('thrown');
        return seen.length === 2 ? Promise.reject(new Error('rejected')) : undefined;
      },
      onReload: () => undefined,
      onError(error) {
        errors.push(error);
        throw new Error('thrown by onError');
      },
    });
    await subscription.ready;
    model.server.publish('orders', 3);
    await until(() => seen.length === 3 && errors.length === 2);
    expect(errors.map(({ cause }) => cause)).toEqual([new Error('thrown'), new Error('rejected')]);
    expect(errors.every((error) => error instanceof CallbackError)).toBe(true);
  });

  it('survives a position store that throws', async () => {
    const broken = () => {
      throw new Error('quota');
    };
    const { model, listen, errors } = await clientUnderTest({
      positions: { load: broken, save: broken },
    });
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders', 2);
    await until(() => received.ids.length === 2);
    expect([...errors, ...received.errors].map(({ name }) => name)).toContain('PositionStoreError');
  });
});

describe('what the server answers', () => {
  it.each(['FORBIDDEN_CHANNEL', 'TOO_MANY_SUBSCRIPTIONS', 'BAD_REQUEST'] as const)(
    'fails the subscription for good on %s',
    async (code) => {
      const { model, listen, client } = await clientUnderTest();
      model.server.refuseNext('subscribe', code);
      const received = listen('orders');
      await expect(received.subscription.ready).rejects.toMatchObject({ code, channel: 'orders' });
      expect(received.subscription.state).toBe('failed');
      expect(received.errors).toMatchObject([{ name: 'ServerRefusedError', code }]);
      expect(client.state).toBe('connected');
      const again = listen('orders');
      await again.subscription.ready;
    },
  );

  it.each(['RATE_LIMITED', 'INTERNAL'] as const)('tries again after %s', async (code) => {
    const { model, listen, timers } = await clientUnderTest();
    model.server.refuseNext('subscribe', code);
    const received = listen('orders');
    await until(() => received.errors.length > 0);
    expect(received.subscription.state).toBe('pending');
    timers.advance(A_WHILE_MS);
    await received.subscription.ready;
    expect(received.errors).toMatchObject([{ code }]);
  });

  it('sends a new token once after TOKEN_INVALID, then fails', async () => {
    const reasons: string[] = [];
    const { model, listen, connection } = await clientUnderTest({
      token(reason) {
        reasons.push(reason);
        return Promise.resolve(`token-${reasons.length}`);
      },
    });
    model.server.refuseNext('subscribe', 'TOKEN_INVALID');
    const received = listen('orders');
    await received.subscription.ready;
    expect(reasons).toEqual(['connect', 'refused']);
    expect(connection().received[1]).toMatchObject({ action: 'authenticate', token: 'token-2' });
    model.server.refuseNext('subscribe', 'TOKEN_INVALID');
    model.server.refuseNext('subscribe', 'TOKEN_INVALID');
    const refused = listen('reports');
    await expect(refused.subscription.ready).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(reasons).toHaveLength(3);
  });

  it('asks again where no answer comes', async () => {
    const { model, listen, timers, connection } = await clientUnderTest();
    model.server.refuseNext('subscribe', 'silence');
    const received = listen('orders');
    await until(() => model.server.connections.size === 1 && connection().received.length === 1);
    timers.advance(10_000);
    expect(received.errors[0]).toBeInstanceOf(AnswerTimeoutError);
    timers.advance(A_WHILE_MS);
    await received.subscription.ready;
  });

  it('ignores frames that it does not know, and reports those that are none', async () => {
    const { model, listen, errors, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    const nonsense = ['', '{', '[]', '"x"', '{"message":"Internal server error"}'];
    const broken = ['{"type":"events","channel":"orders"}', '{"type":"pong","id":7}'];
    for (const text of ['{"type":"news"}', '{"type":"toString"}', ...nonsense, ...broken]) {
      connection().sendRaw(text);
    }
    model.server.publish('orders');
    await until(() => received.ids.length === 1);
    expect(errors).toHaveLength(nonsense.length + broken.length);
    expect(errors.every((error) => error instanceof MalformedFrameError)).toBe(true);
  });
});

describe('a position kept', () => {
  it('that is none counts as nothing: the channel begins at the present', async () => {
    const { model, listen } = await clientUnderTest({
      positions: { load: () => '{"seq":7}', save: () => undefined },
    });
    model.server.publish('orders', 2);
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders');
    await until(() => received.ids.length === 1);
    expect(received.ids).toEqual(['e1-3']);
  });
});

describe('the state of a subscription', () => {
  it('says for good that it ended by unsubscribe(), or with the client', async () => {
    const { client, listen } = await clientUnderTest();
    const left = listen('orders');
    await left.subscription.ready;
    left.subscription.unsubscribe();
    const early = listen('announcements');
    early.subscription.unsubscribe();
    const held = listen('reports');
    await held.subscription.ready;
    expect([left, early, held].map(({ subscription }) => subscription.state)).toEqual([
      'ended',
      'ended',
      'subscribed',
    ]);
    await expect(early.subscription.ready).rejects.toThrow('Unsubscribed.');
    client.close();
    left.subscription.unsubscribe();
    expect(held.subscription.state).toBe('ended');
  });

  it('stays failed after unsubscribe()', async () => {
    const { model, listen } = await clientUnderTest();
    model.server.refuseNext('subscribe', 'FORBIDDEN_CHANNEL');
    const { subscription } = listen('orders');
    await expect(subscription.ready).rejects.toThrow('FORBIDDEN_CHANNEL');
    subscription.unsubscribe();
    expect(subscription.state).toBe('failed');
  });
});

describe('a closed client', () => {
  it('ends a loop that begins after, without an item', async () => {
    const { client } = await clientUnderTest();
    client.close();
    for await (const item of client.events('orders')) expect.unreachable(JSON.stringify(item));
  });

  it('leaves no timer where token() has not answered', async () => {
    const { client, timers } = await clientUnderTest({ token: () => new Promise(() => undefined) });
    client.start();
    expect(timers.armed).toBe(1);
    client.close();
    expect(timers.armed).toBe(0);
  });

  it('ends its subscriptions and iterators, leaves no timer, and refuses to go on', async () => {
    const { client, listen, timers, states } = await clientUnderTest();
    const received = listen('orders');
    const never = listen('reports');
    await received.subscription.ready;
    const ended = client.events('orders')[Symbol.asyncIterator]().next();
    client.close();
    client.close();
    expect(await ended).toMatchObject({ done: true });
    expect(timers.armed).toBe(0);
    expect(states).toEqual(['connecting', 'connected', 'closed']);
    expect(() => client.subscribe('orders', { onEvent: vi.fn(), onReload: vi.fn() })).toThrow(
      ClientClosedError,
    );
    await never.subscription.ready.catch(() => undefined);
    expect(received.errors).toEqual([]);
  });
});

function loseNextEvents(server: ModelServer): void {
  const { wire } = server;
  server.wire = (frame, send) => {
    if (frame.type === 'events') server.wire = wire;
    else send(frame);
  };
}

describe('the type of the events', () => {
  type Placed = CloudEvent<{ orderId: string }, 'order.placed'>;
  type Announced = CloudEvent<{ text: string }, 'announcement.published'>;
  const options = { url: 'ws://nowhere', token: () => Promise.resolve('token') };

  it('is the one that the application names, told apart by `type`', async () => {
    const client = createRealtimeClient<Placed | Announced>(options);
    client.subscribe('orders', {
      onEvent(event) {
        expectTypeOf(event).toEqualTypeOf<Placed | Announced>();
        if (event.type === 'order.placed') expectTypeOf(event.data.orderId).toBeString();
        else expectTypeOf(event).toEqualTypeOf<Announced>();
      },
      onReload: () => undefined,
    });
    client.close();
    for await (const item of client.events('orders')) {
      expectTypeOf(item).toEqualTypeOf<Placed | Announced | Reload>();
      if (!isReload(item)) expectTypeOf(item).toEqualTypeOf<Placed | Announced>();
    }
  });

  it('is that of any event where the application names none', () => {
    const client = createRealtimeClient(options);
    expectTypeOf(client).toEqualTypeOf<RealtimeClient>();
    expectTypeOf<CloudEvent['type']>().toBeString();
    expectTypeOf<CloudEvent['data']>().toBeUnknown();
    client.close();
  });

  it('has to be one that an event can have', () => {
    // @ts-expect-error -- A number is no type of an event.
    createRealtimeClient<{ type: 7 }>(options).close();
  });
});
