import type { Channel, Listener } from './channel.ts';
import { createChannel } from './channel.ts';
import type { ConnectionState } from './connection-keeper.ts';
import { createConnectionKeeper } from './connection-keeper.ts';
import type { Environment, Timings } from './environment.ts';
import { DEFAULT_TIMINGS } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import { CallbackError, ClientClosedError } from './errors.ts';
import type { StreamItem } from './event-queue.ts';
import { createEventQueue } from './event-queue.ts';
import type { CloudEvent } from './frames.ts';
import type { NetworkSignals } from './network-signals.ts';
import { platformSignals } from './network-signals.ts';
import type { PositionStore } from './positions.ts';
import { memoryPositions } from './positions.ts';
import { safely } from './safely.ts';
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

const MAX_QUEUED_ITEMS = 1000;

/** Makes a client that connects on the first subscription or `start()`. */
export function createRealtimeClient(options: RealtimeClientOptions): RealtimeClient {
  const positions = options.positions ?? memoryPositions();
  const env: Environment = {
    setTimer: options.setTimer ?? platformTimers,
    clock: options.clock ?? Date.now,
    random: options.random ?? Math.random,
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    report: guarded(options),
  };
  const channels = new Map<string, Channel>();
  const stateListeners = new Set<(state: ConnectionState) => void>();

  const each = (run: (channel: Channel) => void): void => [...channels.values()].forEach(run);

  const end = (error: RealtimeError): void => {
    stopSignals();
    each((channel) => channel.end(error));
    channels.clear();
    stateListeners.clear();
  };

  const keeper = createConnectionKeeper(
    { url: options.url, WebSocket: options.WebSocket ?? WebSocket },
    boundedTokenSource(options.token, env),
    env,
    {
      attach: (connection) => each((channel) => channel.attach(connection)),
      detach: (connection) => each((channel) => channel.detach(connection)),
      caughtUp: (connection) =>
        [...channels.values()].every(
          (channel) => !channel.wanted || channel.caughtUpOn(connection),
        ),
      events: (frame) => channels.get(frame.channel)?.receive(frame),
      pong: (connection, heard, ping) => each((channel) => channel.heard(connection, heard, ping)),
      stateChanged: (state) => {
        for (const listener of [...stateListeners]) {
          safely(
            () => listener(state),
            (cause) => env.report(new CallbackError('A state listener failed.', { cause })),
          );
        }
      },
      gaveUp: end,
    },
  );
  const stopSignals = (options.signals ?? platformSignals)(keeper.signal);

  const listen = (name: string, listener: Listener): Channel => {
    if (keeper.state === 'closed') throw new ClientClosedError('The client is closed.');
    const known = channels.get(name);
    const channel =
      known ??
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
    if (!known) keeper.open.forEach(channel.attach);
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
      let failed = false;
      const listener: Listener = {
        onEvent: (event) => handlers.onEvent(event),
        onReload: () => handlers.onReload(),
        onError: handlers.onError && guarded(handlers),
        onStanding: () => ready.resolve(undefined),
        onEnd: (error) => {
          failed = true;
          ready.reject(error);
          if (!(error instanceof ClientClosedError)) (listener.onError ?? env.report)(error);
        },
      };
      const channel = listen(name, listener);
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
    },
    events: (name) => ({
      [Symbol.asyncIterator]: () => {
        const queue = createEventQueue(MAX_QUEUED_ITEMS, () => channel.remove(listener));
        const listener: Listener = {
          onEvent: (event) => queue.push(event),
          onReload: () => queue.reload(),
          onEnd: (error) => queue.end(error instanceof ClientClosedError ? undefined : error),
        };
        const channel = listen(name, listener);
        return queue;
      },
    }),
    start: keeper.start,
    close() {
      keeper.close();
      end(new ClientClosedError('The client is closed.'));
    },
  };
}

/** An error handler that fails has nobody left to tell, and must not stop the stream. */
function guarded(target: Pick<SubscriptionHandlers, 'onError'>): (error: RealtimeError) => void {
  return (error) =>
    safely(
      () => target.onError?.(error),
      () => undefined,
    );
}
