import type { Logger } from 'pino';
import type { ChannelLog } from '../channel-log/channel-log.ts';
import type { FanOut } from '../fanout/fan-out.ts';
import { parseBroadcastMessage } from './broadcast-message.ts';

/**
 * Does what the body of one message of the broadcast queue asks for. Rejects where it must be tried
 * again; may be repeated, by any number of workers at once.
 */
export type DeliverBroadcast = (body: string) => Promise<void>;

export interface BroadcastDeliveryOptions {
  log: Pick<ChannelLog, 'readRange'>;
  fanOut: FanOut;
  logger: Pick<Logger, 'warn'>;
}

/** Reads the events that a message names from the log and posts them to its shard's subscribers. */
export function createBroadcastDelivery({
  log,
  fanOut,
  logger,
}: BroadcastDeliveryOptions): DeliverBroadcast {
  return async (body) => {
    const { channel, shard, ...range } = parseBroadcastMessage(body);
    const batches = await log.readRange(channel, range);
    if (batches === undefined) {
      // Whoever missed them learns so when they subscribe or ping, and reloads.
      logger.warn({ channel, shard, ...range }, 'broadcast too late: the log lost it');
      return;
    }
    const { settled } = await fanOut.deliver(channel, batches, shard);
    await settled;
  };
}
