import { ANNOUNCEMENTS_CHANNEL, ORDERS_CHANNEL, readRuleOf } from '@ordercast/contract/channel.ts';
import type { ChannelPolicy } from '@ordercast/websocket/channel-policy.ts';

/** One for 4,000 connections is a good size (docs/scale.md), so for some 30,000. */
const BROADCAST_SHARDS = 8;
const ORDERS_SHARDS = 2;

/** Everybody's; staff's `orders` is small enough for the relay itself, unless staff are hundreds. */
export const BROADCAST_CHANNELS = [ANNOUNCEMENTS_CHANNEL] as const;

/**
 * Ordercast's channels: who may read them is the contract's, over how many partitions of the
 * subscriptions table they are spread is decided here. `broadcastShards`, those of `announcements`, may
 * grow, never shrink.
 */
export function createChannelPolicy(broadcastShards = BROADCAST_SHARDS): ChannelPolicy {
  const shards = new Map([
    [ORDERS_CHANNEL, ORDERS_SHARDS],
    [ANNOUNCEMENTS_CHANNEL, broadcastShards],
  ]);
  return (channel) => {
    const mayRead = readRuleOf(channel);
    return mayRead && { mayRead, shards: shards.get(channel) ?? 1 };
  };
}
