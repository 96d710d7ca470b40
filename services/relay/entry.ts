import {
  ABANDONED_EVENT_SOURCE,
  ABANDONED_EVENT_TYPE,
} from '@ordercast/contract/abandoned-event.ts';
import type { AbandonedEventData } from '@ordercast/contract/abandoned-event.ts';
import { authorSchema } from '@ordercast/contract/author.ts';
import { z } from 'zod';
import { outboxEventSchema } from '../outbox/outbox-event.ts';
import type { OutboxEvent } from '../outbox/outbox-event.ts';
import type { PendingEntry } from '../outbox/outbox.ts';
import { isoInstant } from '@ordercast/platform/column.ts';

/** A claimed row, ready to be published. */
export interface Entry {
  id: string;
  /** Each once. */
  channels: readonly string[];
  event: OutboxEvent;
  traceparent: string | null;
  /** Why its own event is lost and `event` is a tombstone; undefined for a sound one. */
  abandonedBecause: string | undefined;
}

const channelsSchema = z.array(z.string().min(1)).min(1);

/** Reads a row; one whose event cannot be read becomes a tombstone, as far as its channels can. */
export function readEntry(row: PendingEntry, now: number): Entry {
  const { id, channels, traceparent } = row;
  const names = new Set(parse(channelsSchema, channels));
  const entry = { id, channels: [...names], traceparent };
  const sound = parse(outboxEventSchema, row.event);
  if (sound !== undefined && entry.channels.length > 0) {
    const event = withoutSubject(traceparent === null ? sound : { ...sound, traceparent });
    return { ...entry, event, abandonedBecause: undefined };
  }
  return {
    ...entry,
    event: tombstone(id, sound, now),
    abandonedBecause: 'The row holds no readable event and channels',
  };
}

const authoredSchema = z.looseObject({ by: authorSchema });

/**
 * Rows of programs that still named an author by `sub` may wait while a deployment is under way, and
 * nobody's leaves: of an author the name and the role alone go out.
 */
function withoutSubject(event: OutboxEvent): OutboxEvent {
  const authored = authoredSchema.safeParse(event.data);
  return authored.success ? { ...event, data: authored.data } : event;
}

/** What stands in the channels in place of an event that they cannot carry. */
export function tombstone(id: string, lost: OutboxEvent | undefined, now: number): OutboxEvent {
  const data: AbandonedEventData = { type: lost?.type ?? null };
  return {
    specversion: '1.0',
    id,
    type: ABANDONED_EVENT_TYPE,
    source: ABANDONED_EVENT_SOURCE,
    ...(lost?.subject !== undefined && lost.subject.length < 256 && { subject: lost.subject }),
    time: isoInstant(now),
    datacontenttype: 'application/json',
    data,
  };
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
