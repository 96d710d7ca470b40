import type { ChannelPolicy } from '../channel-policy.ts';
import type { Identity } from '../connections/connection-registry.ts';

/**
 * Channels for specs: `user/<sub>` is its owner's; `orders`, over two partitions, and `reports` are those
 * of the group `staff`; `announcements`, over `broadcastShards`, is everybody's.
 */
export function testPolicy(broadcastShards = 8): ChannelPolicy {
  const isStaff = ({ groups }: Identity) => groups.includes('staff');
  return (channel) => {
    if (channel === 'orders') return { shards: 2, mayRead: isStaff };
    if (channel === 'reports') return { shards: 1, mayRead: isStaff };
    if (channel === 'announcements') return { shards: broadcastShards, mayRead: () => true };
    if (!channel.startsWith('user/')) return undefined;
    return { shards: 1, mayRead: ({ sub }) => channel === `user/${sub}` };
  };
}
