import { wholeNumberSetting } from '@ordercast/platform/config.ts';
import { postsPerSecondLimits } from '@ordercast/websocket/fanout/sender.ts';
import type { RealtimeSettings } from '@ordercast/websocket/realtime.ts';
import { z } from 'zod';
import { createChannelPolicy } from './channel-policy.ts';

/** As many as an account may be raised to for an audience of a million (docs/scale.md). */
const MAX_POSTS_PER_SECOND = 100_000;

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
  BROADCAST_SHARDS: wholeNumberSetting(1, 1_000).optional(),
  /** The part of the account's posts a second that this process may use. */
  POSTS_PER_SECOND: wholeNumberSetting(1, MAX_POSTS_PER_SECOND).optional(),
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
