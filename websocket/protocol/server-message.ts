import { z } from 'zod';
import { cloudEventSchema } from './cloud-event.ts';

export const ERROR_CODES = [
  'BAD_REQUEST',
  'UNKNOWN_ACTION',
  'FORBIDDEN_CHANNEL',
  'TOKEN_INVALID',
  'TOO_MANY_SUBSCRIPTIONS',
  'RATE_LIMITED',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const CLOSING_REASONS = [
  'token_expired',
  'signed_out',
  'max_duration',
  'server_shutdown',
  'too_slow',
] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

export const subscribedSchema = z.object({
  type: z.literal('subscribed'),
  id: z.string(),
  channel: z.string(),
  /** The log's head when the subscription came to stand: `"<epoch>.<seq>"`. */
  position: z.string(),
  /** False where the log no longer holds all that was missed since `since`: reload through HTTP. */
  recovered: z.boolean(),
});
export const unsubscribedSchema = z.object({
  type: z.literal('unsubscribed'),
  id: z.string(),
  channel: z.string(),
});
export const authenticatedSchema = z.object({
  type: z.literal('authenticated'),
  id: z.string(),
  /** ISO 8601 UTC: when the connection's rights end unless it authenticates again. */
  expiresAt: z.string(),
});
export const pongSchema = z.object({
  type: z.literal('pong'),
  id: z.string(),
  positions: z.record(z.string(), z.string()),
});
export const errorSchema = z.object({
  type: z.literal('error'),
  /** The message's id, where it had a readable one. */
  id: z.string().optional(),
  /** The channel that the message was about, or that was taken away. */
  channel: z.string().optional(),
  code: z.enum(ERROR_CODES),
  message: z.string(),
});
/** One event for each sequence number from `from` to `to`. May repeat or overtake on the wire. */
export const eventsSchema = z.object({
  type: z.literal('events'),
  channel: z.string(),
  epoch: z.string(),
  from: z.int().min(1),
  to: z.int().min(1),
  events: z.array(cloudEventSchema).min(1),
});
/** Sent before the server ends a connection that it can warn. */
export const closingSchema = z.object({
  type: z.literal('closing'),
  reason: z.enum(CLOSING_REASONS),
  retryAfterMs: z.int().min(0),
});

export const serverMessageSchema = z.discriminatedUnion('type', [
  subscribedSchema,
  unsubscribedSchema,
  authenticatedSchema,
  pongSchema,
  errorSchema,
  eventsSchema,
  closingSchema,
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type EventsFrame = z.infer<typeof eventsSchema>;
export type SubscribedMessage = z.infer<typeof subscribedSchema>;
export type ClosingMessage = z.infer<typeof closingSchema>;
