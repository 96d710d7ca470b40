import { z } from 'zod';

/**
 * CloudEvent `type` and `source` of the tombstone that stands where an event could not be carried.
 * Whoever receives one has missed a change and reloads what its `subject` names.
 */
export const ABANDONED_EVENT_TYPE = 'event.abandoned';
export const ABANDONED_EVENT_SOURCE = '/outbox';

export const abandonedEventDataSchema = z.object({
  /** The lost event's type; null where not even that could be read. */
  type: z.string().nullable(),
});
export type AbandonedEventData = z.infer<typeof abandonedEventDataSchema>;
