import { postsPerSecondLimits } from '@ordercast/websocket/fanout/sender.ts';
import type { RealtimeSettings } from '@ordercast/websocket/realtime.ts';
import { z } from 'zod';
import { createChannelPolicy } from './channel-policy.ts';

/** The environment variables that every program with the realtime core has; spread into its own settings. */
export const CORE_VARIABLES = {
  /** Of the tables, the queue and the posts' signatures; Lambda's runtime sets it. */
  AWS_REGION: z.string(),
  /** Begins the names of the three tables. */
  TABLE_PREFIX: z.string().default('ordercast-'),
  /** `https://cognito-idp.<region>.amazonaws.com/<pool id>` */
  COGNITO_ISSUER: z.url(),
  COGNITO_CLIENT_ID: z.string(),
  /** It may grow, never shrink; who publishes gets the greater number first. */
  BROADCAST_SHARDS: z.coerce.number().int().min(1).max(1_000).optional(),
  /** The part of the account's posts a second that this process may use. */
  POSTS_PER_SECOND: z.coerce.number().min(1).optional(),
};

/** The settings of `createRealtime` that the variables name. */
export function coreSettings({
  POSTS_PER_SECOND: perSecond,
  ...variables
}: z.infer<z.ZodObject<typeof CORE_VARIABLES>>): Pick<
  RealtimeSettings,
  'region' | 'tablePrefix' | 'issuer' | 'clientId' | 'policy' | 'senderLimits'
> {
  return {
    region: variables.AWS_REGION,
    tablePrefix: variables.TABLE_PREFIX,
    issuer: variables.COGNITO_ISSUER,
    clientId: variables.COGNITO_CLIENT_ID,
    policy: createChannelPolicy(variables.BROADCAST_SHARDS),
    senderLimits: perSecond === undefined ? {} : postsPerSecondLimits(perSecond),
  };
}
