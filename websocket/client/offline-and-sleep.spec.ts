import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRealtimeClient, DEFAULT_TIMINGS } from './realtime-client.ts';
import { tokenExpiringAt } from './testing/client-under-test.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { MemoryWire } from './testing/memory-wire.ts';
import { ModelServer } from './testing/model-server.ts';

const HOUR_MS = 3_600_000;

afterEach(() => vi.unstubAllGlobals());

/** A client in a page, connected and subscribed, that is given no signals: it takes the platform's. */
async function pageWithClient() {
  const global = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const listening: AbortSignal[] = [];
  const listen = (type: string, listener: EventListener, options: AddEventListenerOptions) => {
    if (options.signal) listening.push(options.signal);
    global.addEventListener(type, listener, options);
  };
  vi.stubGlobal('addEventListener', listen);
  vi.stubGlobal('removeEventListener', global.removeEventListener.bind(global));
  vi.stubGlobal('document', page);
  const model = new ModelServer();
  const wire = new MemoryWire(model);
  const timers = new ManualTimers();
  const ids: string[] = [];
  const tokens: string[] = [];
  let sleptMs = 0;
  const clock = () => timers.now + sleptMs;
  const client = createRealtimeClient({
    url: 'ws://model',
    token: () => {
      tokens.push(tokenExpiringAt(clock() + HOUR_MS, String(tokens.length), clock()));
      return Promise.resolve(tokens.at(-1) ?? '');
    },
    WebSocket: wire.WebSocket,
    clock,
    setTimer: timers.setTimer,
    random: () => 0.5,
  });
  onTestFinished(() => client.close());
  const subscription = client.subscribe('orders', {
    onEvent: (event) => ids.push(event.id),
    onReload: () => ids.push('reload'),
  });
  const settle = async () => {
    for (let quiet = 0; quiet < 3; quiet = wire.packets.length === 0 ? quiet + 1 : 0) {
      wire.take(0)?.deliver();
      await setImmediate();
    }
  };
  await settle();
  expect(subscription.state).toBe('subscribed');
  return {
    client,
    subscription,
    model,
    timers,
    ids,
    tokens,
    settle,
    fire: (type: string) => {
      const target = type === 'visibilitychange' ? page : global;
      target.dispatchEvent(new Event(type));
    },
    hide: () => (page.visibilityState = 'hidden'),
    pings: () =>
      [...model.connections].flatMap(({ received }) =>
        received.filter(({ action }) => action === 'ping'),
      ).length,
    cut: () => {
      for (const connection of model.connections) connection.end('cut');
    },
    listening: () => listening.filter(({ aborted }) => !aborted).length,
    /** The clock goes on, timers stand still, and nobody tells that the connection is gone. */
    sleep: (ms: number) => {
      sleptMs += ms;
      model.connections.clear();
    },
  };
}

describe('a client that is given no signals takes those of the page:', () => {
  it.each(['offline', 'online', 'pageshow', 'visibilitychange'])(
    '%s has the live connection checked at once',
    async (type) => {
      const { fire, settle, pings, client } = await pageWithClient();
      expect(pings()).toBe(0);
      fire(type);
      await settle();
      expect(pings()).toBe(1);
      expect(client.state).toBe('connected');
    },
  );

  it.each(['online', 'pageshow', 'visibilitychange'])(
    '%s cuts the wait for the next attempt short',
    async (type) => {
      const { fire, settle, cut, client, model, ids } = await pageWithClient();
      cut();
      expect(client.state).toBe('waiting');
      model.publish('orders', 3);
      fire(type);
      expect(client.state).toBe('connecting');
      await settle();
      expect(client.state).toBe('connected');
      expect(ids).toEqual(model.ids('orders'));
    },
  );

  it('offline, or a page that nobody looks at any more, does not', async () => {
    const { fire, settle, cut, hide, client } = await pageWithClient();
    cut();
    hide();
    fire('offline');
    fire('visibilitychange');
    await settle();
    expect(client.state).toBe('waiting');
  });

  it('it stops listening when it is closed', async () => {
    const { client, listening } = await pageWithClient();
    expect(listening()).toBe(3);
    client.close();
    expect(listening()).toBe(0);
  });
});

it('a connection that died offline is found when the network goes, and replaced when it comes back', async () => {
  const { fire, settle, client, model, timers, ids } = await pageWithClient();
  model.publish('orders', 2);
  await settle();
  model.connections.clear();
  fire('offline');
  model.publish('orders', 2);
  timers.advance(DEFAULT_TIMINGS.pongTimeoutMs);
  expect(client.state).toBe('waiting');
  fire('online');
  await settle();
  expect(client.state).toBe('connected');
  expect(ids).toEqual(model.ids('orders'));
});

describe('after a night in which the laptop slept,', () => {
  it('waking finds the dead connection and replaces it, with a new token, and nothing is missed', async () => {
    const { fire, settle, sleep, client, subscription, model, timers, ids, tokens } =
      await pageWithClient();
    model.publish('orders', 2);
    await settle();
    sleep(9 * HOUR_MS);
    model.publish('orders', 50);
    fire('visibilitychange');
    await settle();
    timers.advance(DEFAULT_TIMINGS.pongTimeoutMs);
    expect(client.state).toBe('waiting');
    timers.advance(2 * DEFAULT_TIMINGS.backoffMinMs);
    await settle();
    expect(client.state).toBe('connected');
    expect(subscription.state).toBe('subscribed');
    expect(ids).toEqual(model.ids('orders'));
    expect(new Set(tokens).size).toBe(2);
    model.publish('orders');
    await settle();
    expect(ids).toEqual(model.ids('orders'));
  });

  it('the next ping finds it where nothing tells of the waking', async () => {
    const { settle, sleep, client, model, timers, ids } = await pageWithClient();
    sleep(9 * HOUR_MS);
    model.publish('orders', 50);
    timers.advance(DEFAULT_TIMINGS.pingEveryMs);
    await settle();
    expect(client.state).toBe('connected');
    timers.advance(DEFAULT_TIMINGS.pongTimeoutMs);
    expect(client.state).toBe('waiting');
    timers.advance(2 * DEFAULT_TIMINGS.backoffMinMs);
    await settle();
    expect(client.state).toBe('connected');
    expect(ids).toEqual(model.ids('orders'));
  });
});
