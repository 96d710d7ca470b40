import type { Logger } from 'pino';
import type { Batch } from '../channel-log/channel-log.ts';
import type { ConnectionRegistry, Subscriber } from '../connections/connection-registry.ts';
import { ChannelLanes } from './channel-lanes.ts';
import type { PushResult } from './channel-lanes.ts';
import type { ConnectionCloser } from './connection-closer.ts';
import { LateConnections } from './late-connections.ts';
import type { Sender, SendResult } from './sender.ts';

export interface Delivery {
  /**
   * Resolves when everybody has been tried; never rejects. A connection that is late is not waited
   * for: its posts go on, and what it misses the channel log recovers.
   */
  settled: Promise<void>;
}

/** Brings appended batches to the subscribers of their channel. */
export interface FanOut {
  /**
   * Resolves when the subscribers have been read, after the append, and each has the batches in its
   * queue; rejects where they cannot be read. With a shard, those on that partition alone.
   */
  deliver(channel: string, batches: readonly Batch[], shard?: number): Promise<Delivery>;
}

export interface FanOutOptions {
  registry: ConnectionRegistry;
  sender: Sender;
  closer: ConnectionCloser;
  /** Epoch ms. */
  clock: () => number;
  logger: Pick<Logger, 'warn' | 'error'>;
}

/** A fan-out that posts by itself, each connection's frames one after another. */
export function createFanOut({ registry, sender, closer, clock, logger }: FanOutOptions): FanOut {
  const channels = new Map<string, ChannelLanes>();
  const late = new LateConnections();

  async function send(
    { endpoint, connectionId }: Subscriber,
    frame: string,
    onLate: () => void,
  ): Promise<SendResult> {
    const result = await sender.send(endpoint, connectionId, frame, {
      isLate: late.has(connectionId),
      onLate: () => {
        late.add(connectionId);
        onLate();
      },
    });
    if (result !== 'skipped') late.delete(connectionId);
    return result;
  }

  async function settle(channel: string, tries: readonly Promise<PushResult>[]): Promise<void> {
    const outcomes = await Promise.all(tries);
    const connections = outcomes.filter((outcome) => outcome === 'late').length;
    if (connections > 0) logger.warn({ channel, connections }, 'connections are late');
  }

  function lanesOf(channel: string): ChannelLanes {
    const known = channels.get(channel);
    if (known !== undefined) return known;
    const lanes = new ChannelLanes(channel, {
      send,
      forget: (subscriber) => closer.forget(subscriber.connectionId, subscriber.channelShard),
      onIdle: () => {
        // Others may have taken their place meanwhile.
        if (channels.get(channel) === lanes) channels.delete(channel);
      },
    });
    channels.set(channel, lanes);
    return lanes;
  }

  async function expire({ connectionId, channelShard }: Subscriber): Promise<PushResult> {
    try {
      await closer.closeExpired(connectionId, channelShard);
    } catch (error) {
      logger.error({ err: error, connectionId }, 'expired connection not closed');
    }
    return 'settled';
  }

  return {
    async deliver(channel, batches, shard) {
      if (batches.length === 0) return { settled: Promise.resolve() };
      const tries: Promise<PushResult>[] = [];
      const deliverTo = (subscriber: Subscriber) => {
        const { connectionId, expiresAt } = subscriber;
        const tried =
          expiresAt <= clock() ? expire(subscriber) : lanesOf(channel).push(subscriber, batches);
        // Who is late lets nobody wait until a frame has been taken.
        if (!late.has(connectionId)) tries.push(tried);
      };
      for await (const page of registry.subscribers(channel, shard)) page.forEach(deliverTo);
      return { settled: settle(channel, tries) };
    },
  };
}
