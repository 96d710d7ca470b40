import type { Position } from '@ordercast/protocol/position.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type { LinkedChannel } from './channel-link.ts';
import { ChannelLink } from './channel-link.ts';
import type { Connection } from './connection.ts';
import type { Environment } from './environment.ts';
import type { RealtimeError, ServerRefusedError } from './errors.ts';
import { CallbackError, PositionStoreError } from './errors.ts';
import type { CloudEvent, EventsFrame } from './frames.ts';
import type { PositionStore } from './positions.ts';
import { Sequencer } from './sequencer.ts';

/** Who receives a channel. Whatever the functions throw or reject with is reported, never passed on. */
export interface Listener {
  onEvent(event: CloudEvent): unknown;
  onReload(): unknown;
  onError?: ((error: RealtimeError) => unknown) | undefined;
  /** The subscription stands. Called again after each reconnect. */
  onStanding(): void;
  /** The last call: refused, signed out or closed. */
  onEnd(error: RealtimeError): void;
}

export interface ChannelHost {
  /** Something was delivered or came to stand. */
  changed(): void;
  /** Nobody listens and no connection holds a subscription, or it has failed: forget the channel. */
  over(channel: Channel): void;
  renewToken(connection: Connection): Promise<boolean>;
}

/** One channel: those who listen to it, how far they got, and its links to the connections. */
export class Channel implements LinkedChannel {
  readonly name: string;
  readonly sequencer: Sequencer;
  readonly #env: Environment;
  readonly #store: PositionStore;
  readonly #host: ChannelHost;
  readonly #listeners = new Set<Listener>();
  readonly #links = new Map<Connection, ChannelLink>();
  #draining = false;

  constructor(name: string, env: Environment, store: PositionStore, host: ChannelHost) {
    this.name = name;
    this.#env = env;
    this.#store = store;
    this.#host = host;
    const stored = this.#stored(() => store.load(name));
    this.sequencer = new Sequencer(stored === undefined ? undefined : parsePosition(stored));
  }

  get wanted(): boolean {
    return this.#listeners.size > 0;
  }

  /** Whether the server has confirmed the subscription on a connection that is open. */
  get stands(): boolean {
    return [...this.#links.values()].some((link) => link.stands);
  }

  caughtUpOn(connection: Connection): boolean {
    return this.#links.get(connection)?.caughtUp === true;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.stands) listener.onStanding();
    this.#step();
  }

  remove(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.wanted) return;
    if (this.#links.size === 0) this.#host.over(this);
    else this.#step();
  }

  attach(connection: Connection): void {
    if (!connection.isOpen || this.#links.has(connection)) return;
    const link = new ChannelLink(this, connection, this.#env, () =>
      this.#host.renewToken(connection),
    );
    this.#links.set(connection, link);
    link.step();
  }

  detach(connection: Connection): void {
    this.#links.get(connection)?.stop();
    this.#links.delete(connection);
    if (!this.wanted && this.#links.size === 0) this.#host.over(this);
  }

  receive(frame: EventsFrame): void {
    this.sequencer.add(frame);
    this.#drain();
  }

  heard(connection: Connection, positions: Record<string, unknown>, ping: number): void {
    this.#links.get(connection)?.heard(positions, ping);
  }

  subscribed(since: Position | undefined, head: Position, recovered: boolean): void {
    const outcome = this.sequencer.answered(since, head, recovered);
    if (outcome === 'reload') this.#tell((listener) => listener.onReload());
    if (outcome === 'reload' || since === undefined) this.#save();
    for (const listener of [...this.#listeners]) listener.onStanding();
    this.#drain();
    this.#host.changed();
  }

  left(connection: Connection): void {
    this.detach(connection);
  }

  fail(error: ServerRefusedError): void {
    this.end(error);
    this.#host.over(this);
  }

  /** Tells everybody that no more will come. */
  end(error: RealtimeError): void {
    for (const link of this.#links.values()) link.stop();
    this.#links.clear();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener.onEnd(error);
  }

  report(error: RealtimeError): void {
    const listeners = [...this.#listeners].filter(({ onError }) => onError !== undefined);
    for (const listener of listeners) listener.onError?.(error);
    if (listeners.length === 0) this.#env.report(error);
  }

  /**
   * Delivers what is in sequence. While nobody listens the position stays: who listens next gets it.
   * A callback that brings in more frames does not deliver them itself.
   */
  #drain(): void {
    if (this.#draining || !this.stands) return;
    this.#draining = true;
    const before = this.sequencer.position;
    for (let event = this.sequencer.peek(); event !== undefined && this.wanted;) {
      const delivered = event;
      this.#tell((listener) => listener.onEvent(delivered));
      this.sequencer.advance();
      event = this.sequencer.peek();
    }
    this.#draining = false;
    if (this.sequencer.position !== before) {
      this.#save();
      this.#host.changed();
    }
    this.#step();
  }

  #step(): void {
    for (const link of [...this.#links.values()]) link.step();
  }

  /** Calls every listener that is still there when its turn comes. */
  #tell(call: (listener: Listener) => unknown): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      const report = listener.onError ?? this.#env.report;
      const failed = (cause: unknown): void => {
        report(new CallbackError(`A callback for ${this.name} failed.`, { cause }));
      };
      try {
        const outcome = call(listener);
        if (outcome instanceof Promise) outcome.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  #save(): void {
    const { position } = this.sequencer;
    if (position === undefined) return;
    this.#stored(() => this.#store.save(this.name, formatPosition(position)));
  }

  #stored<T>(access: () => T): T | undefined {
    try {
      return access();
    } catch (cause) {
      this.report(new PositionStoreError(`The position of ${this.name} was not kept.`, { cause }));
      return undefined;
    }
  }
}
