import type { CloudEvent } from '../outbox/cloud-event.ts';

/**
 * Puts events into a channel's log and brings them to its subscribers. Resolves when the log holds
 * them, so that what follows in the channel may be published; `settled` resolves when everybody
 * has been tried, and never rejects. May be repeated: the log recognises events by their ids.
 * Rejects where nothing is known to be in the log.
 */
export type Publish = (
  channel: string,
  events: readonly CloudEvent[],
) => Promise<{ settled: Promise<void> }>;

/** Names of errors that say that an event can never be carried, however often it is tried. */
const UNENCODABLE: readonly string[] = ['EventTooLarge', 'UnencodableEvent'];

export function isUnencodable(error: unknown): boolean {
  return error instanceof Error && UNENCODABLE.includes(error.name);
}
