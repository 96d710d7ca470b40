import type { ClientMessage } from '@ordercast/protocol/client-message.ts';
import { clientMessageSchema } from '@ordercast/protocol/client-message.ts';
import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type {
  ClosingReason,
  ErrorCode,
  ServerMessage,
} from '@ordercast/protocol/server-message.ts';
import { serverMessageSchema } from '@ordercast/protocol/server-message.ts';

/** One client's end of the wire. */
export interface Peer {
  send(text: string): void;
  /** Ends the connection with a close frame, or without a word. */
  end(how: 'close' | 'cut'): void;
}

export class ModelConnection {
  readonly token: string;
  readonly channels = new Set<string>();
  readonly received: ClientMessage[] = [];
  readonly #peer: Peer;
  readonly #server: ModelServer;

  constructor(server: ModelServer, peer: Peer, token: string) {
    this.#server = server;
    this.#peer = peer;
    this.token = token;
  }

  send(message: ServerMessage): void {
    const send = (sent: ServerMessage) => this.#peer.send(JSON.stringify(sent));
    this.#server.wire(serverMessageSchema.parse(message), send, this);
  }

  /** Sends any text, behind the back of the model. */
  sendRaw(text: string): void {
    this.#peer.send(text);
  }

  /** Warns, then closes, as the server does. */
  closing(reason: ClosingReason, retryAfterMs = 0): void {
    this.send({ type: 'closing', reason, retryAfterMs });
    this.end('close');
  }

  end(how: 'close' | 'cut'): void {
    this.#server.connections.delete(this);
    this.#peer.end(how);
  }
}

export type Wire = (
  frame: ServerMessage,
  send: (frame: ServerMessage) => void,
  connection: ModelConnection,
) => void;

interface ChannelLog {
  epoch: string;
  /** Events up to here have expired. */
  expired: number;
  events: CloudEvent[];
}

/**
 * The server side of `ordercast.v1` as the protocol page describes it, small enough to be seen to be
 * right: a log for each channel, subscribe with replay, live frames. `wire` and `answer` make it misbehave.
 */
export class ModelServer {
  readonly connections = new Set<ModelConnection>();
  readonly #logs = new Map<string, ChannelLog>();
  #epochs = 0;
  #refusals: { action: ClientMessage['action']; code: ErrorCode | 'silence' }[] = [];

  /** Puts a frame on the wire; replaced to lose, repeat, delay or reorder frames. */
  wire: Wire = (frame, send) => send(frame);
  /** Runs between registering a subscription and answering it. */
  beforeSubscribed: () => void = () => undefined;
  /** How many events one frame holds at most. */
  maxBatch = 10;

  /** Refuses, or leaves unanswered, the next message of that kind. */
  refuseNext(action: ClientMessage['action'], code: ErrorCode | 'silence'): void {
    this.#refusals.push({ action, code });
  }

  /** Takes back all refusals that are still to come. */
  forgive(): void {
    this.#refusals = [];
  }

  accept(peer: Peer, token: string): ModelConnection {
    const connection = new ModelConnection(this, peer, token);
    this.connections.add(connection);
    return connection;
  }

  /** Appends events and sends them, as one frame, to whoever subscribes. */
  publish(channel: string, count = 1): void {
    const log = this.log(channel);
    const from = log.events.length + 1;
    for (let seq = from; seq < from + count; seq += 1) log.events.push(this.#event(log.epoch, seq));
    for (const connection of this.connections) {
      if (connection.channels.has(channel)) this.#sendEvents(connection, channel, from - 1);
    }
  }

  /** The ids of all events ever published to the channel in its present epoch. */
  ids(channel: string): string[] {
    return this.log(channel).events.map(({ id }) => id);
  }

  /** Forgets all events so far, as the log does after 24 h; numbers go on. */
  expire(channel: string): void {
    const log = this.log(channel);
    log.expired = log.events.length;
  }

  /** Loses the log: numbers begin anew under another epoch. */
  beginAnew(channel: string): void {
    this.#logs.delete(channel);
  }

  log(channel: string): ChannelLog {
    let log = this.#logs.get(channel);
    if (log === undefined) {
      log = { epoch: `e${(this.#epochs += 1)}`, expired: 0, events: [] };
      this.#logs.set(channel, log);
    }
    return log;
  }

  receive(connection: ModelConnection, text: string): void {
    const message = clientMessageSchema.parse(JSON.parse(text));
    connection.received.push(message);
    const refusal = this.#refusals.findIndex(({ action }) => action === message.action);
    const [refused] = refusal === -1 ? [] : this.#refusals.splice(refusal, 1);
    const { id } = message;
    if (refused?.code === 'silence') return;
    if (refused !== undefined) {
      const error = {
        type: 'error',
        id,
        code: refused.code,
        message: 'Refused by the model.',
      } as const;
      if (message.action === 'subscribe') connection.channels.delete(message.channel);
      connection.send('channel' in message ? { ...error, channel: message.channel } : error);
      return;
    }
    switch (message.action) {
      case 'subscribe':
        this.#subscribe(connection, id, message.channel, message.since);
        break;
      case 'unsubscribe':
        connection.channels.delete(message.channel);
        connection.send({ type: 'unsubscribed', id, channel: message.channel });
        break;
      case 'authenticate':
        connection.send({ type: 'authenticated', id, expiresAt: new Date().toISOString() });
        break;
      case 'ping':
        connection.send({ type: 'pong', id, positions: this.#positions(connection) });
    }
  }

  #subscribe(connection: ModelConnection, id: string, channel: string, since?: string): void {
    connection.channels.add(channel);
    this.beforeSubscribed();
    const log = this.log(channel);
    const start = since === undefined ? undefined : parsePosition(since);
    const recovered =
      start === undefined ||
      (start.epoch === log.epoch && start.seq >= log.expired && start.seq <= log.events.length);
    const position = this.#head(channel);
    connection.send({ type: 'subscribed', id, channel, position, recovered });
    if (start !== undefined && recovered) this.#sendEvents(connection, channel, start.seq);
  }

  #sendEvents(connection: ModelConnection, channel: string, after: number): void {
    const { epoch, events } = this.log(channel);
    for (let from = after + 1; from <= events.length; from += this.maxBatch) {
      const batch = events.slice(from - 1, from - 1 + this.maxBatch);
      const to = from + batch.length - 1;
      connection.send({ type: 'events', channel, epoch, from, to, events: batch });
    }
  }

  #positions(connection: ModelConnection): Record<string, string> {
    return Object.fromEntries(
      [...connection.channels].map((channel) => [channel, this.#head(channel)]),
    );
  }

  #head(channel: string): string {
    const { epoch, events } = this.log(channel);
    return formatPosition({ epoch, seq: events.length });
  }

  #event(epoch: string, seq: number): CloudEvent {
    return {
      specversion: '1.0',
      id: `${epoch}-${seq}`,
      type: 'order.placed',
      source: '/orders',
      time: '2026-01-01T00:00:00.000Z',
      data: { seq },
    };
  }
}
