import { createChannelPolicy } from '@ordercast/services/realtime/channel-policy.ts';
import type { RealtimeSettings } from '@ordercast/websocket/realtime.ts';

export const TABLE_PREFIX = 'bench-';

/** A bad client is news to nobody here. */
export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What the API's process and the publisher's have in common: the defaults of the real system. */
export const REALTIME_SETTINGS = {
  tablePrefix: TABLE_PREFIX,
  clientId: 'bench',
  policy: createChannelPolicy(),
  allowedOrigins: [],
  callbackEndpoint: ({ domainName, stage }) => `http://${domainName}/${stage}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  clock: Date.now,
  random: Math.random,
  logger: quiet,
} satisfies Partial<RealtimeSettings>;
