import type { Logger } from 'pino';
import type { Batch } from '../channel-log/channel-log.ts';
import type { ConnectionRegistry, Subscriber } from '../connections/connection-registry.ts';
import { ChannelLanes } from './channel-lanes.ts';
import type { ConnectionCloser } from './connection-closer.ts';
import { LateConnections } from './late-connections.ts';
import { Progress } from './progress.ts';
import type { Sender, SendResult } from './sender.ts';

export interface Delivery {
  /**
   * Resolves when everybody has been tried; never rejects. A connection that lets everybody wait is not waited for:
   * its posts go on, and what it misses the channel log recovers.
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
  clock: () => number;
  /** How long no post at all may end until the rest are no longer waited for. */
  patienceMs: number;
  logger: Pick<Logger, 'warn' | 'error'>;
}

export function createFanOut({
  registry,
  sender,
  closer,
  clock,
  patienceMs,
  logger,
}: FanOutOptions): FanOut {
  const channels = new Map<string, ChannelLanes>();
  const late = new LateConnections();

  async function send({ endpoint, connectionId }: Subscriber, frame: string): Promise<SendResult> {
    const isLate = late.has(connectionId);
    const result = await sender.send(endpoint, connectionId, frame, { isLate });
    if (result !== 'skipped') late.delete(connectionId);
    return result;
  }

  /** Waits for whoever makes progress; the others are late, and not waited for the next time. */
  async function settle(channel: string, progress: Progress): Promise<void> {
    const open = await progress.done();
    for (const connectionId of open) late.add(connectionId);
    if (open.length > 0) logger.warn({ channel, connections: open.length }, 'connections are late');
  }

  function lanesOf(channel: string): ChannelLanes {
    const known = channels.get(channel);
    if (known !== undefined) return known;
    const lanes = new ChannelLanes(channel, {
      send,
      forget: (subscriber) => closer.forget(subscriber.connectionId, [channel]),
      onIdle: () => {
        // Others may have taken their place meanwhile.
        if (channels.get(channel) === lanes) channels.delete(channel);
      },
    });
    channels.set(channel, lanes);
    return lanes;
  }

  function expire(connectionId: string, channel: string): Promise<void> {
    return closer.closeExpired(connectionId, [channel]).catch((error: unknown) => {
      logger.error({ err: error, connectionId }, 'expired connection not closed');
    });
  }

  return {
    async deliver(channel, batches, shard) {
      const progress = new Progress(patienceMs);
      if (batches.length === 0) return { settled: settle(channel, progress) };
      const deliverTo = (subscriber: Subscriber) => {
        const { connectionId, expiresAt } = subscriber;
        const tried =
          expiresAt <= clock()
            ? expire(connectionId, channel)
            : lanesOf(channel).push(subscriber, batches);
        if (!late.has(connectionId)) progress.track(connectionId, tried);
      };
      for await (const page of registry.subscribers(channel, shard)) page.forEach(deliverTo);
      return { settled: settle(channel, progress) };
    },
  };
}
