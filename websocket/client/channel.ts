import type { Position } from '@ordercast/protocol/position.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type { ChannelLink, LinkedChannel } from './channel-link.ts';
import { createChannelLink } from './channel-link.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Environment } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import { CallbackError, PositionStoreError } from './errors.ts';
import type { CloudEvent, EventsFrame } from './frames.ts';
import type { PositionStore } from './positions.ts';
import { safely } from './safely.ts';
import { createSequencer } from './sequencer.ts';

/** Where an event, or a reload, stands in its channel. */
export interface Place {
  /** Counts what the channel has delivered. */
  order: number;
  /** The position before it. */
  before: Position | undefined;
}

/**
 * Who receives a channel. Whatever the functions throw or reject with is reported, never passed on.
 */
export interface Listener {
  onEvent(event: CloudEvent, place: Place): unknown;
  onReload(place: Place): unknown;
  /** The first of what it was given and has not handled: the position stays before it. */
  readonly unhandled?: Place | undefined;
  onError?: ((error: RealtimeError) => unknown) | undefined;
  /** The server has confirmed the subscription. Called again after each reconnect. */
  onSubscribed?(): void;
  /** The last call: refused, signed out or closed. */
  onEnd(error: RealtimeError): void;
}

export interface ChannelHost {
  /** Something was delivered or came to stand. */
  changed: () => void;
  /** Nobody listens and no connection holds a subscription, or it has failed: forget the channel. */
  over: (channel: Channel) => void;
  renewToken: (connection: ClientConnection) => Promise<boolean | undefined>;
}

/** One channel: those who listen to it, how far they got, and its links to the connections. */
export interface Channel {
  readonly wanted: boolean;
  /** Whether the server has confirmed the subscription on a connection that is open. */
  readonly active: boolean;
  caughtUpOn: (connection: ClientConnection) => boolean | undefined;
  add: (listener: Listener) => void;
  /** Keeps how far the listeners are. */
  save: () => void;
  remove: (listener: Listener) => void;
  attach: (connection: ClientConnection) => void;
  detach: (connection: ClientConnection) => void;
  receive: (frame: EventsFrame) => void;
  heard: (connection: ClientConnection, positions: Record<string, unknown>) => void;
  /** Tells everybody that no more will come. */
  end: (error: RealtimeError) => void;
}

/** A channel that continues from the position that `store` holds for its name. */
export function createChannel(
  name: string,
  env: Environment,
  store: PositionStore,
  host: ChannelHost,
): Channel {
  const listeners = new Set<Listener>();
  const links = new Map<ClientConnection, ChannelLink>();
  let draining = false;
  let isOver = false;
  let delivered = 0;

  const report = (error: RealtimeError): void => {
    const told = [...listeners].filter(({ onError }) => onError);
    told.forEach((listener) => listener.onError?.(error));
    if (told.length === 0) env.report(error);
  };

  const stored = <T>(access: () => T): T | undefined => {
    try {
      return access();
    } catch (cause) {
      report(new PositionStoreError(`The position of ${name} was not kept.`, { cause }));
      return undefined;
    }
  };
  let saved = stored(() => store.load(name));
  const sequencer = createSequencer(parsePosition(saved ?? ''));

  const save = (): void => {
    let next: Place = { order: Infinity, before: sequencer.position };
    for (const { unhandled = next } of listeners) {
      if (unhandled.order < next.order) next = unhandled;
    }
    const position = next.before;
    if (!position) return;
    stored(() => {
      // Who handles its last item after the end may find that others have gone on.
      if (!isOver || store.load(name) === saved)
        store.save(name, (saved = formatPosition(position)));
    });
  };

  const isHere = (listener: Listener): boolean => !isOver && listeners.has(listener);

  /**
   * Calls every listener that is still here when its turn comes. Where one was not, and nobody is left
   * who was called, the channel goes back: whoever comes next is owed this.
   */
  const tell = (
    before: Position | undefined,
    call: (listener: Listener, place: Place) => unknown,
  ): void => {
    const told = [...listeners];
    const place = { order: delivered++, before };
    let isOwed = false;
    for (const listener of told) {
      if (!isHere(listener)) isOwed = true;
      else {
        safely(
          () => call(listener, place),
          (cause) =>
            (listener.onError ?? env.report)(
              new CallbackError(`A callback for ${name} failed.`, { cause }),
            ),
        );
      }
    }
    if (isOwed && !told.some(isHere)) sequencer.rewind(before);
    save();
  };

  const step = (): void => links.forEach((link) => link.step());

  /**
   * Delivers what is in sequence. While nobody listens the position stays: who listens next gets it.
   * A callback that brings in more frames does not deliver them itself.
   */
  const drain = (): void => {
    if (draining || !channel.active) return;
    draining = true;
    while (channel.wanted) {
      const before = sequencer.position;
      const event = sequencer.take();
      if (!event) break;
      tell(before, (listener, place) => listener.onEvent(event, place));
    }
    draining = false;
    host.changed();
    step();
  };

  const overUnlessHeld = (): void => {
    if (!channel.wanted && links.size === 0) host.over(channel);
  };

  const channel: Channel & LinkedChannel = {
    name,
    sequencer,
    get wanted() {
      return !isOver && listeners.size > 0;
    },
    get active() {
      return [...links.values()].some((link) => link.active);
    },
    caughtUpOn: (connection) => links.get(connection)?.caughtUp,
    add(listener) {
      listeners.add(listener);
      if (channel.active) listener.onSubscribed?.();
      step();
    },
    remove(listener) {
      // After the end it counts on, with what it has not handled.
      if (!isOver && !listeners.delete(listener)) return;
      const { unhandled } = listener;
      if (unhandled && !channel.wanted) sequencer.rewind(unhandled.before);
      save();
      overUnlessHeld();
      step();
    },
    attach(connection) {
      if (!connection.isOpen || links.has(connection)) return;
      const link = createChannelLink(channel, connection, env, host.renewToken);
      links.set(connection, link);
      link.step();
    },
    detach(connection) {
      links.get(connection)?.stop();
      links.delete(connection);
      overUnlessHeld();
    },
    receive(frame) {
      sequencer.add(frame);
      drain();
    },
    heard: (connection, positions) => links.get(connection)?.heard(positions),
    subscribed(since, head, recovered) {
      const before = sequencer.position;
      const isLost = sequencer.answered(since, head, recovered);
      if (isLost) tell(before, (listener, place) => listener.onReload(place));
      else if (!since) save();
      listeners.forEach((listener) => listener.onSubscribed?.());
      drain();
    },
    fail(error) {
      channel.end(error);
      host.over(channel);
    },
    save,
    end(error) {
      isOver = true;
      links.forEach((link) => link.stop());
      listeners.forEach((listener) => listener.onEnd(error));
    },
    report,
  };
  return channel;
}
