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
const EVENTS_A_STEP = 40;
/** The test and its model keep some 15 of each event; whoever kept its id alone would keep 50. */
const MAX_BYTES_AN_EVENT = 40;

setFlagsFromString('--expose-gc');

/** The bytes in use once all that nobody holds is gone. */
async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await turn();
    runInNewContext('gc()');
  }
  return process.memoryUsage().heapUsed;
}

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
      if (seen % EVENTS_A_STEP === 0) past.events.push(new WeakRef(event));
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
  let heapEarly = 0;
  let seenEarly = 0;
  for (let step = 1; step <= STEPS; step += 1) {
    model.publish('orders', EVENTS_A_STEP);
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
    // The model's log needs only their number.
    const { events } = model.log('orders');
    if (events[0] !== undefined) events.fill(events[0], -EVENTS_A_STEP);
    if (step === STEPS / DAYS) {
      heapEarly = await heapUsed();
      seenEarly = seen;
    }
  }
  await pass(HOUR_MS);
  expect(seen).toBe(STEPS * EVENTS_A_STEP);

  const grown = (await heapUsed()) - heapEarly;
  expect(grown / (seen - seenEarly)).toBeLessThan(MAX_BYTES_AN_EVENT);

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
