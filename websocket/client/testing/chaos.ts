import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { RealtimeClient, StreamItem, Subscription, TokenReason } from '../realtime-client.ts';
import {
  createRealtimeClient,
  isReload,
  ServerRefusedError,
  SignedOutError,
} from '../realtime-client.ts';
import { tokenExpiringAt } from './client-under-test.ts';
import { ManualTimers } from './manual-timers.ts';
import { MemoryWire } from './memory-wire.ts';
import type { ModelConnection } from './model-server.ts';
import { ModelServer } from './model-server.ts';

/** Read with callbacks. */
const CALLED: readonly string[] = ['orders', 'announcements'];
/** Read with an iterator. */
const READ = 'reports';
export const CHANNELS: readonly string[] = [...CALLED, READ];
const MINUTE_MS = 60_000;
/** Short, so that a connection outlives several. */
const TOKEN_LIFE_MS = 30 * MINUTE_MS;

/** A client and a model on a wire where all may go wrong, and what the callbacks got. */
export class ChaosWorld {
  readonly model = new ModelServer();
  readonly wire = new MemoryWire(this.model);
  readonly timers = new ManualTimers();
  readonly received = new Map<string, string[]>(CHANNELS.map((channel) => [channel, []]));
  tokenFails = false;
  /** The next time that a token is about to expire, the application hands it out once more. */
  tokenStays = false;
  /** What has come about; a property that never plays a thing says nothing of it. */
  readonly seen = { refreshed: 0, refreshedAgain: 0, askedAgain: 0, replaced: 0 };
  // Every event is owed from the first on: a position before it is what a page reload leaves.
  readonly #positions = new Map(CHANNELS.map((channel) => [channel, this.#start(channel)]));
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #random: () => number;
  /** The tokens handed out because another was about to expire. */
  readonly #expiring = new Set<string>();
  readonly #refreshed = new WeakSet<ModelConnection>();
  #tokens = 0;
  #token = '';
  /** All that is sent arrives at once. */
  #isLive = false;
  /** Where the old token was handed out once more, and how many it had been sent by then. */
  #stayed: { connection: ModelConnection; sent: number } | undefined;
  #client: RealtimeClient;
  /** The connection that the client has been on since it last changed its state or had an error. */
  #standing: ModelConnection | undefined;
  #reader: AsyncIterator<StreamItem> | undefined;

  constructor(random: () => number) {
    this.#random = random;
    this.model.wire = (frame, send, connection) => {
      if (frame.type === 'authenticated') this.#authenticated(connection);
      send(frame);
    };
    this.#client = this.#signIn();
    for (const channel of CALLED) this.subscribe(channel);
  }

  /** Asks the iterator for its next item. */
  read(): void {
    const reader = (this.#reader ??= this.#client.events(READ)[Symbol.asyncIterator]());
    reader.next().then(
      ({ done, value }) => {
        if (done !== true) this.received.get(READ)?.push(isReload(value) ? 'reload' : value.id);
      },
      (error: unknown) => {
        if (!(error instanceof ServerRefusedError || error instanceof SignedOutError)) throw error;
        if (reader === this.#reader) this.leave();
      },
    );
  }

  /** Leaves the iterator, whatever waits in it: the next one has to bring that. */
  leave(): void {
    void this.#reader?.return?.();
    this.#reader = undefined;
  }

  subscribe(channel: string): void {
    this.unsubscribe(channel);
    const ids = this.received.get(channel) ?? [];
    const subscription = this.#client.subscribe(channel, {
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
    await step.run(this);
    await this.#turn();
  }

  /** Lets that time pass from timer to timer, and all arrive in between: what each asks is answered in time. */
  async live(ms: number): Promise<void> {
    const end = this.timers.now + ms;
    this.#isLive = true;
    do {
      this.timers.advance(Math.min(this.timers.nextInMs ?? ms, end - this.timers.now));
      await this.#deliverAll();
    } while (this.timers.now < end);
    this.#isLive = false;
    this.#stayed = undefined;
  }

  /** Lets the network work again until all is delivered, or half an hour has passed on the clock. */
  async heal(): Promise<void> {
    this.wire.refuseHandshake = this.tokenFails = false;
    this.model.forgive();
    for (const channel of CALLED) this.subscribe(channel);
    for (let round = 0; round < 360 && !this.#quiet(); round += 1) {
      for (let item = 0; item < 20; item += 1) this.read();
      this.timers.advance(5000);
      await this.#deliverAll();
      this.#subscribeWhereFailed();
    }
  }

  close(): void {
    this.#client.close();
  }

  /** The id of the channel's last event; undefined where there is none. */
  lastId(channel: string): string | undefined {
    return this.model.ids(channel).at(-1);
  }

  /** For the first time, or after the session has ended: the positions are still there. */
  #signIn(): RealtimeClient {
    const positions = this.#positions;
    const client = createRealtimeClient({
      url: 'ws://model',
      token: (reason) => this.#getToken(reason),
      onError: () => (this.#standing = undefined),
      positions: {
        load: (channel) => positions.get(channel),
        save: (channel, position) => void positions.set(channel, position),
      },
      WebSocket: this.wire.WebSocket,
      setTimer: this.timers.setTimer,
      clock: this.timers.clock,
      random: this.#random,
    });
    client.onState(() => (this.#standing = undefined));
    return client;
  }

  #getToken(reason: TokenReason): Promise<string> {
    const fails = this.tokenFails;
    this.tokenFails = false;
    if (fails) return Promise.reject(new Error('No token now.'));
    if (reason === 'expiring' && this.#stays()) return Promise.resolve(this.#token);
    const name = String((this.#tokens += 1));
    this.#token = tokenExpiringAt(this.timers.now + TOKEN_LIFE_MS, name, this.timers.now);
    if (reason === 'expiring') this.#expiring.add(this.#token);
    return Promise.resolve(this.#token);
  }

  #stays(): boolean {
    const connection = this.#standing;
    const sent = connection === undefined ? 0 : tokensSentOn(connection).length;
    const stayed = this.#stayed;
    if (stayed && stayed.connection === connection && stayed.sent === sent)
      this.seen.askedAgain += 1;
    const stays = this.tokenStays;
    this.tokenStays = false;
    this.#stayed = stays && connection && this.#isLive ? { connection, sent } : undefined;
    return stays;
  }

  #authenticated(connection: ModelConnection): void {
    const sent = tokensSentOn(connection);
    if (!this.#expiring.has(sent.at(-1) ?? '')) return;
    // Another may have been asked for by a refusal.
    if (sent.length === 1) this.seen.refreshed += 1;
    if (this.#refreshed.has(connection)) this.seen.refreshedAgain += 1;
    this.#refreshed.add(connection);
  }

  async #turn(): Promise<void> {
    await setImmediate();
    if (this.#client.state === 'closed') {
      this.leave();
      this.#client = this.#signIn();
      for (const channel of [...this.#subscriptions.keys()]) this.subscribe(channel);
    }
    const [oldest] = this.model.connections;
    if (oldest === undefined || this.#client.state !== 'connected') return;
    if (this.#standing && this.#standing !== oldest && this.#allSubscribed) this.seen.replaced += 1;
    this.#standing = oldest;
  }

  get #allSubscribed(): boolean {
    const states = [...this.#subscriptions.values()].map(({ state }) => state);
    return states.includes('subscribed') && !states.includes('pending');
  }

  async #deliverAll(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet = this.wire.packets.length === 0 ? quiet + 1 : 0) {
      this.wire.take(0)?.deliver();
      await this.#turn();
    }
  }

  #subscribeWhereFailed(): void {
    for (const [channel, { state }] of [...this.#subscriptions]) {
      if (state === 'failed') this.subscribe(channel);
    }
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

function tokensSentOn({ received }: ModelConnection): string[] {
  return received.flatMap((message) => (message.action === 'authenticate' ? [message.token] : []));
}

export interface ChaosStep {
  name: string;
  run: (world: ChaosWorld) => void | Promise<void>;
}

const step = (name: string, run: ChaosStep['run']): ChaosStep => ({
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
/** The token's life, the age of renewal, the longest age of a connection. */
const live = fc
  .constantFrom(59, 70, 120)
  .map((minutes) => step(`live ${minutes} min`, (world) => world.live(minutes * MINUTE_MS)));
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
  .constantFrom('token_expired', 'max_duration', 'server_shutdown', 'too_slow', 'signed_out')
  .map((reason) =>
    step(`closing ${reason}`, ({ model }) => {
      for (const connection of model.connections) connection.closing(reason, 1000);
    }),
  );
const refuse = fc
  .tuple(
    fc.constantFrom('subscribe', 'unsubscribe', 'ping', 'authenticate'),
    fc.constantFrom('RATE_LIMITED', 'INTERNAL', 'TOKEN_INVALID', 'silence'),
  )
  .map(([action, code]) =>
    step(`refuse ${action}: ${code}`, ({ model }) => model.refuseNext(action, code)),
  );
/** The channel fails for good, and the application subscribes again, at the latest in `heal`. */
const fail = fc.constant(
  step('refuse subscribe twice: TOKEN_INVALID', ({ model }) => {
    for (let time = 0; time < 2; time += 1) model.refuseNext('subscribe', 'TOKEN_INVALID');
  }),
);
const refuseHandshake = fc.constant(
  step('refuse the next handshake', ({ wire }) => void (wire.refuseHandshake = true)),
);
const failToken = fc.constant(
  step('fail the next token', (world) => void (world.tokenFails = true)),
);
const keepToken = fc.constant(
  step('the application keeps its token', (world) => void (world.tokenStays = true)),
);
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
  { weight: 2, arbitrary: live },
  { weight: 3, arbitrary: lose },
  { weight: 3, arbitrary: repeat },
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: refuse },
  { weight: 1, arbitrary: fail },
  { weight: 1, arbitrary: closing },
  { weight: 1, arbitrary: forget },
  { weight: 1, arbitrary: refuseHandshake },
  { weight: 1, arbitrary: failToken },
  { weight: 1, arbitrary: keepToken },
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
