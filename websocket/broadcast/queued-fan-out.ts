import type { FanOut } from '../fanout/fan-out.ts';
import { broadcastMessages } from './broadcast-message.ts';
import type { BroadcastQueue } from './broadcast-queue.ts';

export interface QueuedFanOutOptions {
  /** For the channels that are no broadcast. */
  direct: FanOut;
  queue: BroadcastQueue;
  /** Partitions of a broadcast channel; undefined for any other channel. */
  broadcastShards: (channel: string) => number | undefined;
}

/**
 * Leaves broadcasts to workers, one message a shard, and waits for none of them: what is queued is
 * delivered, whatever becomes of the publisher.
 */
export function createQueuedFanOut({
  direct,
  queue,
  broadcastShards,
}: QueuedFanOutOptions): FanOut {
  return {
    async deliver(channel, batches) {
      const shards = broadcastShards(channel);
      if (shards === undefined) return direct.deliver(channel, batches);
      await queue.send(broadcastMessages(channel, shards, batches));
      return { settled: Promise.resolve() };
    },
  };
}
