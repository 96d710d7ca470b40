import { createHash } from 'node:crypto';

/**
 * The partition of the subscriptions table that holds a connection's subscription: `channel#shard`.
 * One partition serves 1,000 writes and 3,000 reads a second (DynamoDB developer guide), so that
 * channels with many subscribers have several.
 */
export function channelShard(channel: string, connectionId: string, shards: number): string {
  if (shards === 1) return shardOf(channel, 0);
  const digest = createHash('sha1').update(connectionId).digest();
  return shardOf(channel, digest.readUInt32BE() % shards);
}

/** All partitions of a channel. */
export function channelShards(channel: string, shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => shardOf(channel, shard));
}

/** One partition of a channel, counted from 0. */
export function shardOf(channel: string, shard: number): string {
  return `${channel}#${shard}`;
}

/** The channel that a partition belongs to. */
export function channelOfShard(shard: string): string {
  return shard.slice(0, shard.lastIndexOf('#'));
}
