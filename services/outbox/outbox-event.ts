import { z } from 'zod';

/** An event as its outbox row holds it: a CloudEvent 1.0 in its JSON form. */
export const outboxEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  type: z.string().min(1),
  source: z.string().min(1),
  subject: z.string().optional(),
  time: z.string(),
  /** W3C trace context of the request that caused it: CloudEvents' distributed tracing extension. */
  traceparent: z.string().optional(),
  datacontenttype: z.literal('application/json').optional(),
  data: z.unknown(),
});
export type OutboxEvent = z.infer<typeof outboxEventSchema>;
