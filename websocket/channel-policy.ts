import type { Identity } from './connections/connection-registry.ts';

export interface ChannelRule {
  /** Partitions of the subscriptions table that the channel's subscribers are spread over. */
  shards: number;
  mayRead: (identity: Identity) => boolean;
}

/**
 * What there is to subscribe to, and for whom; undefined means that there is no such channel. Channels mean
 * something to the application alone, which hands this in.
 */
export type ChannelPolicy = (channel: string) => ChannelRule | undefined;
