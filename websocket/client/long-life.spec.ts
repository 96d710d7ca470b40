import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createRealtimeClient } from './realtime-client.ts';
import { tokenExpiringAt } from './testing/client-under-test.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { MemoryWire } from './testing/memory-wire.ts';
import { ModelServer } from './testing/model-server.ts';

const STEP_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const DAYS = 10;
const STEPS = (DAYS * 24 * HOUR_MS) / STEP_MS;

setFlagsFromString('--expose-gc');

it('keeps nothing of what is past, over ten days of events, tokens, cuts and iterators', async () => {
  const model = new ModelServer();
  const wire = new MemoryWire(model);
  const timers = new ManualTimers();
  const past: Record<'sockets' | 'events' | 'iterators', WeakRef<object>[]> = {
    sockets: [],
    events: [],
    iterators: [],
  };
  const client = createRealtimeClient({
    url: 'ws://model',
    token: () => Promise.resolve(tokenExpiringAt(timers.now + HOUR_MS, 'token', timers.now)),
    WebSocket: class extends wire.WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        past.sockets.push(new WeakRef(this));
      }
    },
    clock: timers.clock,
    setTimer: timers.setTimer,
  });
  let seen = 0;
  client.subscribe('orders', {
    onEvent: (event) => {
      seen += 1;
      past.events.push(new WeakRef(event));
    },
    onReload: () => expect.unreachable(),
  });
  /** From one timer to the next, so that what each of them asks is answered in time. */
  const pass = async (ms: number) => {
    const end = timers.now + ms;
    do {
      timers.advance(Math.min(timers.nextInMs ?? ms, end - timers.now));
      for (let quiet = 0; quiet < 3; quiet = wire.packets.length === 0 ? quiet + 1 : 0) {
        for (const { deliver } of wire.packets.splice(0)) deliver();
        await turn();
      }
    } while (timers.now < end);
  };
  await pass(0);
  const armed: number[] = [];
  for (let step = 1; step <= STEPS; step += 1) {
    model.publish('orders');
    if (step % 20 === 0) {
      const iterator = client.events('reports')[Symbol.asyncIterator]();
      past.iterators.push(new WeakRef(iterator));
      await pass(0);
      model.publish('reports');
      const next = iterator.next();
      await pass(0);
      expect(await next).toMatchObject({ done: false });
      await iterator.return?.();
    }
    if (step % 100 === 0) for (const connection of [...model.connections]) connection.end('cut');
    await pass(STEP_MS);
    armed.push(timers.armed);
  }
  await pass(HOUR_MS);
  expect(seen).toBe(STEPS);

  runInNewContext('gc()');
  const alive = (references: readonly WeakRef<object>[]) =>
    references.filter((reference) => reference.deref() !== undefined).length;
  expect(past.sockets.length).toBeGreaterThan(DAYS * 12);
  expect(past.iterators).toHaveLength(STEPS / 20);
  // What stands, and what the last steps have left on the stack.
  expect(alive(past.sockets)).toBeLessThan(5);
  expect(alive(past.events)).toBeLessThan(5);
  expect(alive(past.iterators)).toBeLessThan(5);
  // Ping, token, renewal and stability of a connection, twice while one replaces the other.
  expect(Math.max(...armed)).toBeLessThanOrEqual(8);
  client.close();
  expect(timers.armed).toBe(0);
});
