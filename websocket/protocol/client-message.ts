import { z } from 'zod';
import { MAX_CHANNEL_LENGTH, MAX_ID_LENGTH } from './limits.ts';

/** Chosen by the client, echoed by the answer. */
export const idSchema = z.string().min(1).max(MAX_ID_LENGTH);
export const channelSchema = z.string().min(1).max(MAX_CHANNEL_LENGTH);

/** Answered by `subscribed`, then the missed events; fails with FORBIDDEN_CHANNEL, TOO_MANY_SUBSCRIPTIONS. */
export const subscribeSchema = z.strictObject({
  action: z.literal('subscribe'),
  id: idSchema,
  channel: channelSchema,
  since: z.string().max(64).optional(),
});
/** Answered by `unsubscribed`, whether or not there was a subscription. */
export const unsubscribeSchema = z.strictObject({
  action: z.literal('unsubscribe'),
  id: idSchema,
  channel: channelSchema,
});
/** Answered by `authenticated`; fails with TOKEN_INVALID, also for another subject's token. */
export const authenticateSchema = z.strictObject({
  action: z.literal('authenticate'),
  id: idSchema,
  token: z.string().min(1),
});
/** Answered by `pong` with the position of each subscribed channel. */
export const pingSchema = z.strictObject({ action: z.literal('ping'), id: idSchema });

export const clientMessageSchema = z.discriminatedUnion('action', [
  subscribeSchema,
  unsubscribeSchema,
  authenticateSchema,
  pingSchema,
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
export type SubscribeMessage = z.infer<typeof subscribeSchema>;
export type UnsubscribeMessage = z.infer<typeof unsubscribeSchema>;
export type AuthenticateMessage = z.infer<typeof authenticateSchema>;
export type PingMessage = z.infer<typeof pingSchema>;
