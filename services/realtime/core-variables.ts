import { postsPerSecondLimits } from '@ordercast/websocket/fanout/sender.ts';
import type { RealtimeSettings } from '@ordercast/websocket/realtime.ts';
import { z } from 'zod';
import { createChannelPolicy } from './channel-policy.ts';

/** The environment variables of whatever posts to connections; spread into a program's own settings. */
export const FAN_OUT_VARIABLES = {
  /** It may grow, never shrink; who publishes gets the greater number first. */
  BROADCAST_SHARDS: z.coerce.number().int().min(1).max(1_000).optional(),
  /** The part of the account's posts a second that this process may use. */
  POSTS_PER_SECOND: z.coerce.number().min(1).optional(),
};

/** The settings of `createRealtime` that the variables name. */
export function fanOutSettings({
  BROADCAST_SHARDS: broadcastShards,
  POSTS_PER_SECOND: perSecond,
}: z.infer<z.ZodObject<typeof FAN_OUT_VARIABLES>>): Pick<
  RealtimeSettings,
  'policy' | 'senderLimits'
> {
  return {
    policy: createChannelPolicy(broadcastShards),
    senderLimits: perSecond === undefined ? {} : postsPerSecondLimits(perSecond),
  };
}
