import { z } from 'zod';

/** What the publisher is asked for: so many events, one every `intervalMs`. */
export const publishOrderSchema = z.object({ events: z.int().min(1), intervalMs: z.number() });
export type PublishOrder = z.infer<typeof publishOrderSchema>;

/** Its answer when all are with everybody who was waited for: the CPU time that it took. */
export const publishedSchema = z.object({ cpuMs: z.number() });

/** The data of an event; `committedAt` is in epoch milliseconds. */
export const eventDataSchema = z.object({ committedAt: z.number(), padding: z.string() });
export type EventData = z.infer<typeof eventDataSchema>;
