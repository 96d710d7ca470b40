import type { FanOut } from '../fanout/fan-out.ts';
import { broadcastMessages } from './broadcast-message.ts';
import type { BroadcastQueue } from './broadcast-queue.ts';

export interface QueuedFanOutOptions {
  /** For the channels that go through no queue. */
  direct: FanOut;
  queue: BroadcastQueue;
  /** Partitions of a channel that goes through the queue; undefined for any other. */
  shardsOf: (channel: string) => number | undefined;
}

/**
 * Leaves broadcasts to workers, one message a shard, and waits for none of them: what is queued is
 * delivered, whatever becomes of the publisher.
 */
export function createQueuedFanOut({ direct, queue, shardsOf }: QueuedFanOutOptions): FanOut {
  return {
    async deliver(channel, batches) {
      const shards = shardsOf(channel);
      if (shards === undefined) return direct.deliver(channel, batches);
      await queue.send(broadcastMessages(channel, shards, batches));
      return { settled: Promise.resolve() };
    },
  };
}
