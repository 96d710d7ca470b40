import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import { MAX_CHANNEL_LENGTH, MAX_FRAME_BYTES } from '@ordercast/protocol/limits.ts';
import { EventTooLarge } from './event-too-large.ts';

export interface EncodedEvent {
  id: string;
  /** The event's JSON text. */
  json: string;
  /** UTF-8 length of `json`. */
  sizeBytes: number;
}

/**
 * Room in a frame for what surrounds the events: type, epoch and numbers (under 200 bytes) and the
 * channel's name, in which JSON can turn each character into six bytes.
 */
const FRAME_OVERHEAD_BYTES = 256 + 6 * MAX_CHANNEL_LENGTH;

/** Most bytes of event JSON, commas included, that one frame takes. */
export const MAX_EVENTS_BYTES = MAX_FRAME_BYTES - FRAME_OVERHEAD_BYTES;

/**
 * Where a batch ends, although a frame would take more: so that fan-out can still join a straggler
 * to it, and an item in the table stays far below DynamoDB's 400 KB.
 */
const BATCH_BYTES = 24 * 1024;

/** Encodes events. @throws EventTooLarge for the first that would not fit a frame by itself. */
export function encodeEvents(events: readonly CloudEvent[]): EncodedEvent[] {
  return events.map((event) => {
    const json = JSON.stringify(event);
    const sizeBytes = Buffer.byteLength(json);
    if (sizeBytes > MAX_EVENTS_BYTES)
      throw new EventTooLarge(event.id, sizeBytes, MAX_EVENTS_BYTES);
    return { id: event.id, json, sizeBytes };
  });
}

/** Cuts a run of events into batches of about 24 KB, each of which fits one frame. */
export function cutIntoBatches<Event extends { sizeBytes: number }>(
  events: readonly Event[],
): Event[][] {
  const batches: Event[][] = [];
  let open: Event[] = [];
  let openBytes = 0;
  for (const event of events) {
    if (open.length > 0 && openBytes + event.sizeBytes + 1 > BATCH_BYTES) {
      batches.push(open);
      open = [];
      openBytes = 0;
    }
    open.push(event);
    openBytes += event.sizeBytes + 1;
  }
  if (open.length > 0) batches.push(open);
  return batches;
}
