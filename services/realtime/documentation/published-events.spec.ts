import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncApiDocument } from '@ordercast/websocket/documentation/asyncapi.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { claimOutbox } from '../../outbox/outbox.ts';
import { outboxEventSchema } from '../../outbox/outbox-event.ts';
import type { OutboxEvent } from '../../outbox/outbox-event.ts';
import { readEntry, tombstone } from '../../relay/entry.ts';
import { ADA, ALEX, startTestApi } from '../../testing/test-api.ts';
import { PUBLISHED_EVENTS } from './published-events.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', '..', 'docs', 'asyncapi.json');

const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'protocol.md');

const documentSchema = z.object({
  components: z.object({
    messages: z.object({ events: z.object({ payload: z.record(z.string(), z.json()) }) }),
  }),
});

it('docs/asyncapi.json is what the schemas say; where it is not, run: npm run docs:asyncapi', async () => {
  const document = asyncApiDocument(PUBLISHED_EVENTS);
  expect(JSON.parse(await readFile(DOCUMENT, 'utf8'))).toEqual(document);
});

it('docs/asyncapi.json describes every event that is published, its data included', async () => {
  const document: unknown = JSON.parse(await readFile(DOCUMENT, 'utf8'));
  const { payload } = documentSchema.parse(document).components.messages.events;
  const frames = z.fromJSONSchema(payload);
  const isDescribed = (event: unknown) => {
    const frame = { type: 'events', channel: 'c', epoch: 'e', from: 1, to: 1, events: [event] };
    return frames.safeParse(frame).success;
  };

  const events = await publishedEvents();
  expect(events.map(({ type }) => type).sort()).toEqual([
    'announcement.published',
    'event.abandoned',
    'event.abandoned',
    'order.placed',
  ]);
  for (const event of events) {
    expect([event.type, isDescribed(event)]).toEqual([event.type, true]);
    expect([event.type, isDescribed({ ...event, data: {} })]).toEqual([event.type, false]);
  }
});

it('docs/protocol.md shows one event of each kind, as it is', async () => {
  const page = await readFile(PAGE, 'utf8');
  const eventSchema = z.looseObject({ specversion: z.string(), type: z.string() });
  const shown = [...page.matchAll(/^```json\n(.*?)^```/gms)].flatMap(([, json = '']) => {
    const event = eventSchema.safeParse(JSON.parse(json));
    return event.success ? [event.data] : [];
  });
  expect(shown).toHaveLength(PUBLISHED_EVENTS.length);
  for (const [index, { types, source, data }] of PUBLISHED_EVENTS.entries()) {
    const event = outboxEventSchema.parse(shown[index]);
    expect(types).toContain(event.type);
    expect(event.source).toBe(source);
    expect(data.safeParse(event.data)).toMatchObject({ success: true });
  }
});

/** One event of each kind, as the API writes it and the relay reads it. */
async function publishedEvents(): Promise<OutboxEvent[]> {
  const api = await startTestApi();
  const lines = [{ productId: 'tea', quantity: 1 }];
  await api.call(ADA, 'POST', '/orders', { body: { lines } });
  await api.call(ALEX, 'POST', '/announcements', { body: { text: 'Hello' } });
  const rows = await claimOutbox(api.database.db, { limit: 10, held: new Set<string>() });
  await api.close();
  const events = rows.map((row) => readEntry(row, 0).event);
  return [...events, tombstone('lost', events[0], 0), tombstone('unreadable', undefined, 0)];
}
