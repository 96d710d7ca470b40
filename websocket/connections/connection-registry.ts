/** What a verified token says of its bearer. */
export interface Identity {
  sub: string;
  groups: readonly string[];
  /** Epoch ms at which the token, and with it every right of the connection, ends. */
  expiresAt: number;
}

/** A live WebSocket connection. */
export interface Connection extends Identity {
  connectionId: string;
  /** Callback endpoint of the API that holds the connection, such as `https://host/stage`. */
  endpoint: string;
  /** Epoch ms. */
  connectedAt: number;
  /** The channels subscribed to. */
  channels: readonly string[];
}

/** Whom a channel's events go to. */
export interface Subscriber {
  connectionId: string;
  /** The partition on which it stands. */
  channelShard: string;
  endpoint: string;
  /** Epoch ms; nothing is delivered after. */
  expiresAt: number;
}

export type SubscribeOutcome =
  | { outcome: 'subscribed'; connection: Connection }
  | { outcome: 'too_many' }
  /** The connection is not known, or no longer. */
  | { outcome: 'gone' };

/** Which connections there are and what each subscribes to. Every operation may be repeated. */
export interface ConnectionRegistry {
  /** Registers a new connection; a repeat changes nothing. */
  connect(connection: Omit<Connection, 'channels'>): Promise<void>;

  get(connectionId: string): Promise<Connection | undefined>;

  /**
   * Counts one message of the connection in the present minute.
   * @returns the connection and the count with this one in it; undefined for an unknown connection.
   */
  countMessage(
    connectionId: string,
  ): Promise<{ connection: Connection; messages: number } | undefined>;

  /**
   * Adds a subscription that ends with the connection's token. A connection that is removed at the
   * same time may leave the subscription behind: the first post to it answers "gone", and `remove`
   * with its partition clears it.
   */
  subscribe(connectionId: string, channel: string): Promise<SubscribeOutcome>;

  unsubscribe(connectionId: string, channel: string): Promise<void>;

  /**
   * Takes over a newer token of the same subject, for the connection and its subscriptions. An older
   * token changes nothing.
   * @returns the connection as it is then; undefined for an unknown one.
   */
  extend(
    connectionId: string,
    identity: Pick<Identity, 'groups' | 'expiresAt'>,
  ): Promise<Connection | undefined>;

  /** Forgets a connection with its subscriptions, and one that it may have left on a partition. */
  remove(connectionId: string, channelShard?: string): Promise<void>;

  /**
   * A channel's subscribers in pages, read consistently; expired ones are among them. With a shard,
   * counted from 0, those on that partition alone.
   */
  subscribers(channel: string, shard?: number): AsyncIterable<readonly Subscriber[]>;

  /** All connections in pages, or those of one subject. */
  connections(filter?: { sub: string }): AsyncIterable<readonly Connection[]>;

  /** Connections whose token has expired, in pages. */
  expired(): AsyncIterable<readonly Connection[]>;
}
