import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { NetworkSignal, RealtimeClientOptions } from '../realtime-client.ts';
import { createRealtimeClient } from '../realtime-client.ts';
import { tokenExpiringAt } from './client-under-test.ts';
import { ManualTimers } from './manual-timers.ts';
import { MemoryWire } from './memory-wire.ts';
import { ModelServer } from './model-server.ts';

/** Far enough away that only what a test is about falls due. */
const RARELY_MS = 1e12;
/** Ping, token, renewal and stability: what a connection that has just opened has armed. */
export const OF_ONE_CONNECTION = 4;

/** A client on a wire that is moved packet by packet, with everything noted that can go on. */
export function clientOnWire(options: Partial<RealtimeClientOptions> = {}) {
  const model = new ModelServer();
  const wire = new MemoryWire(model);
  const timers = new ManualTimers();
  const errors: string[] = [];
  const states: string[] = [];
  const reasons: string[] = [];
  let opened = 0;
  let stops = 0;
  let signal: (signal: NetworkSignal) => void = () => undefined;
  const client = createRealtimeClient({
    url: 'ws://model',
    token: (reason) => {
      reasons.push(reason);
      return Promise.resolve(tokenExpiringAt(timers.now + RARELY_MS, 'token', timers.now));
    },
    onError: ({ name }) => errors.push(name),
    WebSocket: class extends wire.WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        opened += 1;
      }
    },
    clock: timers.clock,
    setTimer: timers.setTimer,
    random: () => 0.5,
    timings: { pingEveryMs: RARELY_MS },
    signals: (listener) => {
      signal = listener;
      return () => (stops += 1);
    },
    ...options,
  });
  client.onState((state) => states.push(state));
  onTestFinished(() => client.close());
  const settle = async () => {
    for (let quiet = 0; quiet < 3; quiet = wire.packets.length === 0 ? quiet + 1 : 0) {
      wire.take(0)?.deliver();
      await setImmediate();
    }
  };
  const ids: string[] = [];
  const listen = () =>
    client.subscribe('orders', {
      onEvent: ({ id }) => ids.push(id),
      onReload: () => ids.push('reload'),
    });
  const cut = () => {
    for (const connection of [...model.connections]) connection.end('cut');
  };
  const advance = async (ms: number) => {
    timers.advance(ms);
    await settle();
  };
  return {
    ...{ client, model, wire, timers, errors, states, reasons, ids, listen, settle, cut, advance },
    signal: (which: NetworkSignal) => signal(which),
    opened: () => opened,
    stops: () => stops,
  };
}

/** The same, with a subscription that stands. */
export async function subscribedOnWire(options: Partial<RealtimeClientOptions> = {}) {
  const world = clientOnWire(options);
  const subscription = world.listen();
  await world.settle();
  expect(subscription.state).toBe('subscribed');
  expect(world.timers.armed).toBe(OF_ONE_CONNECTION);
  return { ...world, subscription };
}

export type SubscribedOnWire = Awaited<ReturnType<typeof subscribedOnWire>>;
