import { z } from 'zod';

/** A CloudEvent 1.0 in its JSON form. `data` means something to the application alone. */
export const cloudEventSchema = z.object({
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
export type CloudEvent = z.infer<typeof cloudEventSchema>;
