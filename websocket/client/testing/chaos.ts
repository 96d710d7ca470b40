import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { RealtimeClient, StreamItem, Subscription } from '../realtime-client.ts';
import { createRealtimeClient, isReload } from '../realtime-client.ts';
import { tokenExpiringAt } from './client-under-test.ts';
import { ManualTimers } from './manual-timers.ts';
import { MemoryWire } from './memory-wire.ts';
import { ModelServer } from './model-server.ts';

/** Read with callbacks. */
const CALLED: readonly string[] = ['orders', 'announcements'];
/** Read with an iterator. */
const READ = 'reports';
export const CHANNELS: readonly string[] = [...CALLED, READ];
const HOUR_MS = 3_600_000;

/** A client and a model on a wire where all may go wrong, and what the callbacks got. */
export class ChaosWorld {
  readonly model = new ModelServer();
  readonly wire = new MemoryWire(this.model);
  readonly timers = new ManualTimers();
  readonly received = new Map<string, string[]>(CHANNELS.map((channel) => [channel, []]));
  readonly client: RealtimeClient;
  tokenFails = false;
  readonly #subscriptions = new Map<string, Subscription>();
  #reader: AsyncIterator<StreamItem> | undefined;

  constructor(random: () => number) {
    // Every event is owed from the first on: a position before it is what a page reload leaves.
    const positions = new Map(CHANNELS.map((channel) => [channel, this.#start(channel)]));
    this.client = createRealtimeClient({
      url: 'ws://model',
      token: () => {
        const fails = this.tokenFails;
        this.tokenFails = false;
        if (fails) return Promise.reject(new Error('No token now.'));
        return Promise.resolve(tokenExpiringAt(this.timers.now + HOUR_MS, String(this.timers.now)));
      },
      positions: {
        load: (channel) => positions.get(channel),
        save: (channel, position) => void positions.set(channel, position),
      },
      WebSocket: this.wire.WebSocket,
      setTimer: this.timers.setTimer,
      clock: this.timers.clock,
      random,
    });
    for (const channel of CALLED) this.subscribe(channel);
  }

  /** Asks the iterator for its next item. */
  read(): void {
    this.#reader ??= this.client.events(READ)[Symbol.asyncIterator]();
    void this.#reader.next().then(({ done, value }) => {
      if (done !== true) this.received.get(READ)?.push(isReload(value) ? 'reload' : value.id);
    });
  }

  /** Leaves the iterator, whatever waits in it: the next one has to bring that. */
  leave(): void {
    void this.#reader?.return?.();
    this.#reader = undefined;
  }

  subscribe(channel: string): void {
    this.unsubscribe(channel);
    const ids = this.received.get(channel) ?? [];
    const subscription = this.client.subscribe(channel, {
      onEvent: (event) => ids.push(event.id),
      onReload: () => ids.push('reload'),
    });
    this.#subscriptions.set(channel, subscription);
  }

  unsubscribe(channel: string): void {
    this.#subscriptions.get(channel)?.unsubscribe();
    this.#subscriptions.delete(channel);
  }

  async run(step: ChaosStep): Promise<void> {
    step.run(this);
    await setImmediate();
  }

  /** Lets the network work again until all is delivered, or half an hour has passed on the clock. */
  async heal(): Promise<void> {
    this.wire.refuseHandshake = this.tokenFails = false;
    this.model.forgive();
    for (const channel of CALLED) this.subscribe(channel);
    for (let round = 0; round < 360 && !this.#quiet(); round += 1) {
      for (let item = 0; item < 20; item += 1) this.read();
      this.timers.advance(5000);
      await setImmediate();
      while (this.wire.packets.length > 0) {
        this.wire.take(0)?.deliver();
        await setImmediate();
      }
    }
  }

  /** The id of the channel's last event; undefined where there is none. */
  lastId(channel: string): string | undefined {
    return this.model.ids(channel).at(-1);
  }

  #quiet(): boolean {
    return CHANNELS.every((channel) => {
      const last = this.received.get(channel)?.at(-1);
      // After a reload the application has all that the log holds.
      return last === this.lastId(channel) || last === 'reload';
    });
  }

  #start(channel: string): string {
    return `${this.model.log(channel).epoch}.0`;
  }
}

export interface ChaosStep {
  name: string;
  run: (world: ChaosWorld) => void;
}

const step = (name: string, run: (world: ChaosWorld) => void): ChaosStep => ({
  name,
  run,
});
const channel = fc.constantFrom(...CHANNELS);
const called = fc.constantFrom(...CALLED);
const number = fc.nat({ max: 1000 });

const deliver = number.map((n) => step(`deliver ${n}`, ({ wire }) => wire.take(n)?.deliver()));
const deliverFirst = fc.constant(step('deliver first', ({ wire }) => wire.take(0)?.deliver()));
const lose = number.map((n) => step(`lose ${n}`, ({ wire }) => void wire.take(n)));
const repeat = number.map((n) =>
  step(`repeat ${n}`, ({ wire: { packets } }) => {
    const packet = packets[n % Math.max(1, packets.length)];
    if (packet?.kind !== 'question') packet?.deliver();
  }),
);
const publish = fc
  .tuple(channel, fc.integer({ min: 1, max: 25 }))
  .map(([name, count]) =>
    step(`publish ${count} to ${name}`, ({ model }) => model.publish(name, count)),
  );
/** A coalescing window, the graces, the longest backoff, a ping, the age of renewal. */
const tick = fc
  .constantFrom(100, 600, 6000, 20_000, 300_000, 6_000_000)
  .map((ms) => step(`tick ${ms}`, ({ timers }) => timers.advance(ms)));
const cut = fc.constant(
  step('cut', ({ model }) => {
    for (const connection of model.connections) connection.end('cut');
  }),
);
const forget = fc.constant(
  step('the server forgets its subscriptions', ({ model }) => {
    for (const connection of model.connections) connection.channels.clear();
  }),
);
const closing = fc
  .constantFrom('token_expired', 'max_duration', 'server_shutdown', 'too_slow')
  .map((reason) =>
    step(`closing ${reason}`, ({ model }) => {
      for (const connection of model.connections) connection.closing(reason, 1000);
    }),
  );
const refuse = fc
  .tuple(
    fc.constantFrom('subscribe', 'unsubscribe', 'ping', 'authenticate'),
    fc.constantFrom('RATE_LIMITED', 'INTERNAL', 'silence'),
  )
  .map(([action, code]) =>
    step(`refuse ${action}: ${code}`, ({ model }) => model.refuseNext(action, code)),
  );
const refuseHandshake = fc.constant(
  step('refuse the next handshake', ({ wire }) => (wire.refuseHandshake = true)),
);
const failToken = fc.constant(step('fail the next token', (world) => (world.tokenFails = true)));
const unsubscribe = called.map((name) =>
  step(`unsubscribe ${name}`, (world) => world.unsubscribe(name)),
);
const subscribe = called.map((name) => step(`subscribe ${name}`, (world) => world.subscribe(name)));
const read = fc.constant(step('read', (world) => world.read()));
const leave = fc.constant(step('leave the iterator', (world) => world.leave()));

/** Steps after which nothing may be missing. */
export const ordinarySteps: fc.Arbitrary<ChaosStep> = fc.oneof(
  { weight: 20, arbitrary: deliver },
  { weight: 14, arbitrary: deliverFirst },
  { weight: 8, arbitrary: publish },
  { weight: 8, arbitrary: tick },
  { weight: 3, arbitrary: lose },
  { weight: 3, arbitrary: repeat },
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: refuse },
  { weight: 1, arbitrary: closing },
  { weight: 1, arbitrary: forget },
  { weight: 1, arbitrary: refuseHandshake },
  { weight: 1, arbitrary: failToken },
  { weight: 1, arbitrary: unsubscribe },
  { weight: 2, arbitrary: subscribe },
  { weight: 6, arbitrary: read },
  { weight: 2, arbitrary: leave },
);

const expire = channel.map((name) => step(`expire ${name}`, ({ model }) => model.expire(name)));
const beginAnew = channel.map((name) =>
  step(`begin ${name} anew`, ({ model }) => model.beginAnew(name)),
);

/** The same, and steps that lose events for good. */
export const lossySteps: fc.Arbitrary<ChaosStep> = fc.oneof(
  { weight: 30, arbitrary: ordinarySteps },
  { weight: 1, arbitrary: expire },
  { weight: 1, arbitrary: beginAnew },
);
