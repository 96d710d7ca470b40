import type { Channel, Listener } from './channel.ts';
import { createChannel } from './channel.ts';
import type { ConnectionState } from './connection-keeper.ts';
import { createConnectionKeeper } from './connection-keeper.ts';
import type { Environment, Timings } from './environment.ts';
import { DEFAULT_TIMINGS } from './environment.ts';
import { CallbackError, ClientClosedError, RealtimeError } from './errors.ts';
import { createEventQueue } from './event-queue.ts';
import type { CloudEvent } from './frames.ts';
import type { NetworkSignals } from './network-signals.ts';
import { platformSignals } from './network-signals.ts';
import type { PositionStore } from './positions.ts';
import { memoryPositions } from './positions.ts';
import { safely } from './safely.ts';
import type { StreamItem } from './stream-item.ts';
import type { SetTimer } from './timers.ts';
import { platformTimers, stoppableTimers } from './timers.ts';
import type { GetToken } from './token-source.ts';
import { boundedTokenSource } from './token-source.ts';
import type { WebSocketConstructor } from './web-socket.ts';

export type { ConnectionState } from './connection-keeper.ts';
export type { Timings } from './environment.ts';
export { DEFAULT_TIMINGS } from './environment.ts';
export * from './errors.ts';
export type { CloudEvent, ServerErrorCode } from './frames.ts';
export type { NetworkSignal, NetworkSignals } from './network-signals.ts';
export type { KeyStorage, PositionStore } from './positions.ts';
export { memoryPositions, storagePositions } from './positions.ts';
export type { Reload, StreamItem } from './stream-item.ts';
export { isReload } from './stream-item.ts';
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

export interface SubscriptionHandlers<AppEvent extends CloudEvent = CloudEvent> {
  /**
   * Called with each event of the channel exactly once and in sequence, synchronously; the position
   * moves on when it returns. A promise that it returns is not waited for. Throwing or rejecting is
   * reported and the stream goes on: use `events()` where an event must be worked on at leisure.
   */
  onEvent(event: AppEvent): void;
  /** Events were lost for good (the log no longer holds them): reload through HTTP. */
  onReload(): void;
  onError?(error: RealtimeError): void;
}

export interface Subscription {
  /**
   * `pending` until the server has confirmed it, and again while the connection is down. For good:
   * `failed` where the server refused it or the session is over, `ended` by `unsubscribe()` or `close()`.
   */
  readonly state: 'pending' | 'subscribed' | 'failed' | 'ended';
  /**
   * Resolves at the first confirmation: from then on nothing is missed, so load what you show after it.
   * Rejects when the subscription fails, or ends before; ignoring that is safe.
   */
  readonly ready: Promise<void>;
  /** Stops at once, also in the middle of a frame. Subscribing again resumes where it stopped. */
  unsubscribe(): void;
}

export interface RealtimeClient<AppEvent extends CloudEvent = CloudEvent> {
  readonly state: ConnectionState;
  /** Calls the listener at each change; the answer stops that. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Starts the client, too. Throws ClientClosedError when closed. */
  subscribe(channel: string, handlers: SubscriptionHandlers<AppEvent>): Subscription;
  /**
   * Each loop over the answer is a subscription of its own, from where the loop begins until it is
   * left. An item counts as handled when the loop comes back for the next or is left; the position
   * stays before those that are not, unless the loop is left while others read on. At most 1,000 wait for the consumer; one more, and a
   * `{type: 'reload'}` takes the place of all. Throws what a subscription fails with; ends when the
   * client is closed.
   */
  events(channel: string): AsyncIterable<StreamItem<AppEvent>>;
  start(): void;
  /** For good: make a new client to connect again, for another user above all. */
  close(): void;
}

const MAX_QUEUED_ITEMS = 1000;

/**
 * Makes a client that connects on the first subscription or `start()`. `AppEvent` is the application's
 * promise of what its channels carry; nothing checks it at run time.
 */
export function createRealtimeClient<AppEvent extends CloudEvent = CloudEvent>(
  options: RealtimeClientOptions,
): RealtimeClient<AppEvent>;
export function createRealtimeClient({
  url,
  token,
  positions = memoryPositions(),
  onError,
  WebSocket = globalThis.WebSocket,
  random = Math.random,
  clock = Date.now,
  setTimer = platformTimers,
  signals = platformSignals,
  timings,
}: RealtimeClientOptions): RealtimeClient {
  const timers = stoppableTimers(setTimer);
  const env: Environment = {
    setTimer: timers.setTimer,
    clock,
    random,
    timings: { ...DEFAULT_TIMINGS, ...timings },
    report: guarded(onError),
  };
  const channels = new Map<string, Channel>();
  const stateListeners = new Set<(state: ConnectionState) => void>();

  const keeper = createConnectionKeeper({ url, WebSocket }, boundedTokenSource(token, env), env, {
    attach: (connection) => channels.forEach((channel) => channel.attach(connection)),
    detach: (connection) => channels.forEach((channel) => channel.detach(connection)),
    caughtUp: (connection) =>
      [...channels.values()].every((channel) => !channel.wanted || channel.caughtUpOn(connection)),
    events: (frame) => channels.get(frame.channel)?.receive(frame),
    pong: (connection, positions) =>
      channels.forEach((channel) => channel.heard(connection, positions)),
    stateChanged: (state) => {
      for (const listener of [...stateListeners]) {
        safely(
          () => listener(state),
          (cause) => env.report(new CallbackError('A state listener failed.', { cause })),
        );
      }
    },
    closed: (error) => {
      timers.stop();
      stopSignals();
      channels.forEach((channel) => channel.end(error));
      channels.clear();
      stateListeners.clear();
    },
  });
  const stopSignals = signals(keeper.signal);

  const listen = (name: string, listener: Listener): Channel => {
    if (keeper.state === 'closed') throw clientClosed();
    const channel =
      channels.get(name) ??
      createChannel(name, env, positions, {
        changed: keeper.settle,
        over: (over) => {
          if (channels.get(name) === over) channels.delete(name);
          keeper.settle();
        },
        renewToken: keeper.renewToken,
      });
    channels.set(name, channel);
    channel.add(listener);
    keeper.open.forEach(channel.attach);
    keeper.start();
    return channel;
  };

  return {
    get state() {
      return keeper.state;
    },
    onState(listener) {
      const own = (state: ConnectionState) => listener(state);
      stateListeners.add(own);
      return () => void stateListeners.delete(own);
    },
    subscribe(name, handlers) {
      const ready = Promise.withResolvers<undefined>();
      ready.promise.catch(() => undefined);
      let over: 'failed' | 'ended' | undefined;
      const listener: Listener = {
        onEvent: (event) => handlers.onEvent(event),
        onReload: () => handlers.onReload(),
        onError: handlers.onError && guarded((error) => handlers.onError?.(error)),
        onSubscribed: () => ready.resolve(undefined),
        onEnd: (error) => {
          over = 'ended';
          ready.reject(error);
          if (error instanceof ClientClosedError) return;
          over = 'failed';
          (listener.onError ?? env.report)(error);
        },
      };
      const channel = listen(name, listener);
      return {
        get state() {
          return over ?? (channel.active ? 'subscribed' : 'pending');
        },
        ready: ready.promise,
        unsubscribe: () => {
          over ??= 'ended';
          channel.remove(listener);
          ready.reject(new RealtimeError('Unsubscribed.'));
        },
      };
    },
    events: (name) => ({
      [Symbol.asyncIterator]: () => {
        const { listener, iterator } = createEventQueue(MAX_QUEUED_ITEMS, () => channel);
        const channel = keeper.state === 'closed' ? undefined : listen(name, listener);
        if (!channel) listener.onEnd(clientClosed());
        return iterator;
      },
    }),
    start: keeper.start,
    close: () => keeper.close(clientClosed()),
  };
}

/** An error handler that fails has nobody left to tell, and must not stop the stream. */
function guarded(onError?: (error: RealtimeError) => void): (error: RealtimeError) => void {
  return (error) =>
    safely(
      () => onError?.(error),
      () => undefined,
    );
}

function clientClosed(): ClientClosedError {
  return new ClientClosedError('The client is closed.');
}
