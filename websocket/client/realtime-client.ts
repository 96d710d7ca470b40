import type { Listener } from './channel.ts';
import { Channel } from './channel.ts';
import type { ConnectionState } from './connection-keeper.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import type { Environment, Timings } from './environment.ts';
import { DEFAULT_TIMINGS } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import { CallbackError, ClientClosedError } from './errors.ts';
import type { StreamItem } from './event-queue.ts';
import { EventQueue } from './event-queue.ts';
import type { CloudEvent } from './frames.ts';
import type { NetworkSignals } from './network-signals.ts';
import { platformSignals } from './network-signals.ts';
import type { PositionStore } from './positions.ts';
import { memoryPositions } from './positions.ts';
import type { SetTimer } from './timers.ts';
import { platformTimers } from './timers.ts';
import type { GetToken } from './token-source.ts';
import { boundedTokenSource } from './token-source.ts';
import type { WebSocketConstructor } from './web-socket.ts';

export type { ConnectionState } from './connection-keeper.ts';
export type { Timings } from './environment.ts';
export { DEFAULT_TIMINGS } from './environment.ts';
export * from './errors.ts';
export type { Reload, StreamItem } from './event-queue.ts';
export { isReload } from './event-queue.ts';
export type { CloudEvent, ServerErrorCode } from './frames.ts';
export type { NetworkSignal, NetworkSignals } from './network-signals.ts';
export type { PositionStore } from './positions.ts';
export { memoryPositions, storagePositions } from './positions.ts';
export type { CancelTimer, SetTimer } from './timers.ts';
export type { GetToken, TokenReason } from './token-source.ts';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';

export interface RealtimeClientOptions {
  /** `wss://…`; the token never becomes part of it. */
  url: string;
  /** Asked before each attempt to connect, and before the token in use expires. May reject. */
  token: GetToken;
  /** Where positions are kept; without it, in memory. */
  positions?: PositionStore;
  /** What goes wrong and belongs to no subscription that takes errors; for logs. */
  onError?: (error: RealtimeError) => void;
  WebSocket?: WebSocketConstructor;
  /** In [0, 1). */
  random?: () => number;
  /** Epoch ms. */
  clock?: () => number;
  setTimer?: SetTimer;
  signals?: NetworkSignals;
  timings?: Partial<Timings>;
}

export interface SubscriptionHandlers {
  /**
   * Called with each event of the channel exactly once and in sequence, synchronously; the position
   * moves on when it returns. A promise that it returns is not waited for. Throwing or rejecting is
   * reported and the stream goes on: use `events()` where an event must be worked on at leisure.
   */
  onEvent(event: CloudEvent): void;
  /** Events were lost for good (the log no longer holds them): reload through HTTP. */
  onReload(): void;
  onError?(error: RealtimeError): void;
}

export interface Subscription {
  /** `pending` until the server has confirmed it, and again while the connection is down; `failed` for good. */
  readonly state: 'pending' | 'subscribed' | 'failed';
  /**
   * Resolves at the first confirmation: from then on nothing is missed, so load what you show after it.
   * Rejects when the subscription fails or ends before; ignoring that is safe.
   */
  readonly ready: Promise<void>;
  /** Stops at once, also in the middle of a frame. Subscribing again resumes where it stopped. */
  unsubscribe(): void;
}

export interface RealtimeClient {
  readonly state: ConnectionState;
  /** Calls the listener at each change; the answer stops that. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Starts the client, too. Throws ClientClosedError when closed. */
  subscribe(channel: string, handlers: SubscriptionHandlers): Subscription;
  /**
   * Each loop over the answer is a subscription of its own, from where the loop begins until it is
   * left. At most 1,000 items wait for the consumer; one more, and a `{type: 'reload'}` takes the
   * place of all. Throws what a subscription fails with; ends when the client is closed.
   */
  events(channel: string): AsyncIterable<StreamItem>;
  start(): void;
  /** For good: make a new client to connect again, for another user above all. */
  close(): void;
}

/** Makes a client that connects on the first subscription or `start()`. */
export function createRealtimeClient(options: RealtimeClientOptions): RealtimeClient {
  return new Client(options);
}

const MAX_QUEUED_ITEMS = 1000;

class Client implements RealtimeClient {
  readonly #keeper: ConnectionKeeper;
  readonly #env: Environment;
  readonly #positions: PositionStore;
  readonly #channels = new Map<string, Channel>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #stopSignals: () => void;

  constructor(options: RealtimeClientOptions) {
    this.#positions = options.positions ?? memoryPositions();
    this.#env = {
      setTimer: options.setTimer ?? platformTimers,
      clock: options.clock ?? Date.now,
      random: options.random ?? Math.random,
      timings: { ...DEFAULT_TIMINGS, ...options.timings },
      report: guarded(options.onError ?? (() => undefined)),
    };
    this.#keeper = new ConnectionKeeper(
      { url: options.url, WebSocket: options.WebSocket ?? WebSocket },
      boundedTokenSource(options.token, this.#env),
      this.#env,
      {
        attach: (connection) => this.#each((channel) => channel.attach(connection)),
        detach: (connection) => this.#each((channel) => channel.detach(connection)),
        caughtUp: (connection) =>
          [...this.#channels.values()].every(
            (channel) => !channel.wanted || channel.caughtUpOn(connection),
          ),
        events: (frame) => this.#channels.get(frame.channel)?.receive(frame),
        pong: (connection, positions, ping) =>
          this.#each((channel) => channel.heard(connection, positions, ping)),
        stateChanged: (state) => this.#stateChanged(state),
        gaveUp: (error) => this.#end(error),
      },
    );
    this.#stopSignals = (options.signals ?? platformSignals)((signal) =>
      this.#keeper.signal(signal),
    );
  }

  get state(): ConnectionState {
    return this.#keeper.state;
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    const own = (state: ConnectionState) => listener(state);
    this.#stateListeners.add(own);
    return () => void this.#stateListeners.delete(own);
  }

  subscribe(name: string, handlers: SubscriptionHandlers): Subscription {
    const ready = Promise.withResolvers<undefined>();
    ready.promise.catch(() => undefined);
    const onError = handlers.onError?.bind(handlers);
    let failed = false;
    const listener: Listener = {
      onEvent: (event) => handlers.onEvent(event),
      onReload: () => handlers.onReload(),
      onError: onError && guarded(onError),
      onStanding: () => ready.resolve(undefined),
      onEnd: (error) => {
        failed = true;
        ready.reject(error);
        if (!(error instanceof ClientClosedError)) (listener.onError ?? this.#env.report)(error);
      },
    };
    const channel = this.#listen(name, listener);
    return {
      get state() {
        if (failed) return 'failed';
        return channel.stands ? 'subscribed' : 'pending';
      },
      ready: ready.promise,
      unsubscribe: () => {
        channel.remove(listener);
        ready.reject(new ClientClosedError('Unsubscribed.'));
      },
    };
  }

  events(name: string): AsyncIterable<StreamItem> {
    return {
      [Symbol.asyncIterator]: () => {
        const queue = new EventQueue(MAX_QUEUED_ITEMS, () => channel.remove(listener));
        const listener: Listener = {
          onEvent: (event) => queue.push(event),
          onReload: () => queue.reload(),
          onStanding: () => undefined,
          onEnd: (error) => queue.end(error instanceof ClientClosedError ? undefined : error),
        };
        const channel = this.#listen(name, listener);
        return queue;
      },
    };
  }

  start(): void {
    this.#keeper.start();
  }

  close(): void {
    this.#keeper.close();
    this.#end(new ClientClosedError('The client was closed.'));
  }

  #listen(name: string, listener: Listener): Channel {
    if (this.state === 'closed') throw new ClientClosedError('The client is closed.');
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new Channel(name, this.#env, this.#positions, {
        changed: () => this.#keeper.settle(),
        over: (over) => {
          if (this.#channels.get(name) === over) this.#channels.delete(name);
          this.#keeper.settle();
        },
        renewToken: (connection) => this.#keeper.renewToken(connection),
      });
      this.#channels.set(name, channel);
      channel.add(listener);
      for (const connection of this.#keeper.open) channel.attach(connection);
    } else channel.add(listener);
    this.#keeper.start();
    return channel;
  }

  #each(run: (channel: Channel) => void): void {
    for (const channel of [...this.#channels.values()]) run(channel);
  }

  #stateChanged(state: ConnectionState): void {
    for (const listener of [...this.#stateListeners]) {
      try {
        listener(state);
      } catch (cause) {
        this.#env.report(new CallbackError('A state listener failed.', { cause }));
      }
    }
  }

  #end(error: RealtimeError): void {
    this.#stopSignals();
    this.#each((channel) => channel.end(error));
    this.#channels.clear();
    this.#stateListeners.clear();
  }
}

/** An error handler that fails has nobody left to tell, and must not stop the stream. */
function guarded(handler: (error: RealtimeError) => unknown): (error: RealtimeError) => void {
  return (error) => {
    try {
      const outcome = handler(error);
      if (outcome instanceof Promise) outcome.catch(() => undefined);
    } catch {
      // Said above.
    }
  };
}
