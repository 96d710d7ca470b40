import type { Identity } from '../connections/connection-registry.ts';

export interface ChannelRule {
  /** Partitions of the subscriptions table that the channel's subscribers are spread over. */
  shards: number;
  mayRead: (identity: Identity) => boolean;
}

/** What there is to subscribe to, and for whom; undefined means that there is no such channel. */
export type ChannelPolicy = (channel: string) => ChannelRule | undefined;

const USER_PREFIX = 'user/';

/** Ordercast's channels. What is not listed here nobody may read. */
export function createChannelPolicy({
  staffGroups,
  broadcastShards,
}: {
  staffGroups: readonly string[];
  broadcastShards: number;
}): ChannelPolicy {
  const isStaff = ({ groups }: Identity) => staffGroups.some((group) => groups.includes(group));
  const rules = new Map<string, ChannelRule>([
    ['orders', { shards: 2, mayRead: isStaff }],
    ['reports', { shards: 1, mayRead: isStaff }],
    ['announcements', { shards: broadcastShards, mayRead: () => true }],
  ]);
  return (channel) => {
    if (!channel.startsWith(USER_PREFIX)) return rules.get(channel);
    const owner = channel.slice(USER_PREFIX.length);
    return { shards: 1, mayRead: ({ sub }) => sub === owner };
  };
}
