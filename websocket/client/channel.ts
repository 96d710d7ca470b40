import type { Position } from '@ordercast/protocol/position.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type { ChannelLink, LinkedChannel } from './channel-link.ts';
import { createChannelLink } from './channel-link.ts';
import type { Connection } from './connection.ts';
import type { Environment } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import { CallbackError, PositionStoreError } from './errors.ts';
import type { Handled } from './event-queue.ts';
import type { CloudEvent, EventsFrame } from './frames.ts';
import type { PositionStore } from './positions.ts';
import { safely } from './safely.ts';
import { createSequencer } from './sequencer.ts';

/**
 * Who receives a channel. Whatever the functions throw or reject with is reported, never passed on.
 * What a listener holds it has not handled yet: the position stays before it until it is let go.
 */
export interface Listener {
  onEvent(event: CloudEvent, hold: () => Handled): unknown;
  onReload(hold: () => Handled): unknown;
  onError?: ((error: RealtimeError) => unknown) | undefined;
  /** The subscription stands. Called again after each reconnect. */
  onStanding?(): void;
  /** The last call: refused, signed out or closed. */
  onEnd(error: RealtimeError): void;
}

export interface ChannelHost {
  /** Something was delivered or came to stand. */
  changed: () => void;
  /** Nobody listens and no connection holds a subscription, or it has failed: forget the channel. */
  over: (channel: Channel) => void;
  renewToken: (connection: Connection) => Promise<boolean>;
}

/** One channel: those who listen to it, how far they got, and its links to the connections. */
export interface Channel {
  readonly wanted: boolean;
  /** Whether the server has confirmed the subscription on a connection that is open. */
  readonly stands: boolean;
  caughtUpOn: (connection: Connection) => boolean;
  add: (listener: Listener) => void;
  remove: (listener: Listener) => void;
  attach: (connection: Connection) => void;
  detach: (connection: Connection) => void;
  receive: (frame: EventsFrame) => void;
  heard: (connection: Connection, positions: Record<string, unknown>) => void;
  /** Tells everybody that no more will come. */
  end: (error: RealtimeError) => void;
}

export function createChannel(
  name: string,
  env: Environment,
  store: PositionStore,
  host: ChannelHost,
): Channel {
  const listeners = new Set<Listener>();
  /** What listeners hold, and the position before it; oldest first. */
  const unhandled = new Set<{ listener: Listener; before: Position | undefined }>();
  const links = new Map<Connection, ChannelLink>();
  let draining = false;

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
  const sequencer = createSequencer(parsePosition(stored(() => store.load(name)) ?? ''));

  const save = (): void => {
    const [oldest] = unhandled;
    const position = oldest?.before ?? sequencer.position;
    if (position) stored(() => store.save(name, formatPosition(position)));
  };

  /** Calls every listener that is still there when its turn comes. */
  const tell = (
    before: Position | undefined,
    call: (listener: Listener, hold: () => Handled) => unknown,
  ): void => {
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue;
      const held = { listener, before };
      const hold = (): Handled => {
        unhandled.add(held);
        return () => {
          if (unhandled.delete(held)) save();
        };
      };
      safely(
        () => call(listener, hold),
        (cause) =>
          (listener.onError ?? env.report)(
            new CallbackError(`A callback for ${name} failed.`, { cause }),
          ),
      );
    }
  };

  const step = (): void => links.forEach((link) => link.step());

  /**
   * Delivers what is in sequence. While nobody listens the position stays: who listens next gets it.
   * A callback that brings in more frames does not deliver them itself.
   */
  const drain = (): void => {
    if (draining || !channel.stands) return;
    draining = true;
    const start = sequencer.position;
    while (channel.wanted) {
      const before = sequencer.position;
      const event = sequencer.take();
      if (!event) break;
      tell(before, (listener, hold) => listener.onEvent(event, hold));
    }
    draining = false;
    if (sequencer.position !== start) {
      save();
      host.changed();
    }
    step();
  };

  const overUnlessHeld = (): void => {
    if (!channel.wanted && links.size === 0) host.over(channel);
  };

  const channel: Channel & LinkedChannel = {
    name,
    sequencer,
    get wanted() {
      return listeners.size > 0;
    },
    get stands() {
      return [...links.values()].some((link) => link.stands);
    },
    caughtUpOn: (connection) => links.get(connection)?.caughtUp === true,
    add(listener) {
      listeners.add(listener);
      if (channel.stands) listener.onStanding?.();
      step();
    },
    remove(listener) {
      if (!listeners.delete(listener)) return;
      const [oldest] = unhandled;
      if (!channel.wanted && oldest?.before) sequencer.rewind(oldest.before);
      unhandled.forEach((held) => held.listener === listener && unhandled.delete(held));
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
      if (isLost) tell(before, (listener, hold) => listener.onReload(hold));
      if (isLost || !since) save();
      [...listeners].forEach((listener) => listener.onStanding?.());
      drain();
      host.changed();
    },
    fail(error) {
      channel.end(error);
      host.over(channel);
    },
    end(error) {
      links.forEach((link) => link.stop());
      links.clear();
      const told = [...listeners];
      listeners.clear();
      told.forEach((listener) => listener.onEnd(error));
    },
    report,
  };
  return channel;
}
