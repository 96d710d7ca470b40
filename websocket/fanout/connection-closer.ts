import type { ClosingMessage, ClosingReason } from '@ordercast/protocol/server-message.ts';
import type { Logger } from 'pino';
import type { Connection, ConnectionRegistry } from '../connections/connection-registry.ts';
import type { Sender } from './sender.ts';

/**
 * Clients are told to wait up to this long, each another while, before they connect again: 500 a
 * second is what API Gateway takes, so that 5,000 of one shutdown need ten seconds.
 */
const RETRY_SPREAD_MS = { token_expired: 1_000, signed_out: 1_000, server_shutdown: 10_000 };

export type ClosedFor = keyof typeof RETRY_SPREAD_MS & ClosingReason;

export interface ConnectionCloserOptions {
  registry: ConnectionRegistry;
  sender: Sender;
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
  logger: Pick<Logger, 'error'>;
}

/** Ends connections, and forgets those that have ended. */
export class ConnectionCloser {
  readonly #options: ConnectionCloserOptions;
  readonly #closing = new Set<string>();

  constructor(options: ConnectionCloserOptions) {
    this.#options = options;
  }

  /** Warns the client, ends the connection and forgets it. */
  close(connection: Connection, reason: ClosedFor): Promise<void> {
    return this.#once(connection.connectionId, () => this.#end(connection, reason));
  }

  /**
   * Ends a connection whose token seems to have expired. The connection's own row decides: a
   * subscription, or a scan, may be a moment behind it.
   */
  closeExpired(connectionId: string, channelShard?: string): Promise<void> {
    const { registry, clock } = this.#options;
    return this.#once(connectionId, async () => {
      const connection = await registry.get(connectionId);
      if (connection === undefined) await registry.remove(connectionId, channelShard);
      else if (connection.expiresAt <= clock()) await this.#end(connection, 'token_expired');
    });
  }

  /** Removes what is known of a connection that has ended. Never rejects. */
  async forget(connectionId: string, channelShard?: string): Promise<void> {
    try {
      await this.#options.registry.remove(connectionId, channelShard);
    } catch (error) {
      this.#options.logger.error({ err: error, connectionId }, 'gone connection not removed');
    }
  }

  async #end({ connectionId, endpoint }: Connection, reason: ClosedFor): Promise<void> {
    const { registry, sender, random } = this.#options;
    const retryAfterMs = Math.round(random() * RETRY_SPREAD_MS[reason]);
    const closing: ClosingMessage = { type: 'closing', reason, retryAfterMs };
    const result = await sender.send(endpoint, connectionId, JSON.stringify(closing));
    if (result !== 'gone') await sender.close(endpoint, connectionId);
    await registry.remove(connectionId);
  }

  /** Several may notice the same end at once. */
  async #once(connectionId: string, work: () => Promise<void>): Promise<void> {
    if (this.#closing.has(connectionId)) return;
    this.#closing.add(connectionId);
    try {
      await work();
    } finally {
      this.#closing.delete(connectionId);
    }
  }
}
