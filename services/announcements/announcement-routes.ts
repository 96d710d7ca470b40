import {
  ANNOUNCEMENT_EVENT_SOURCE,
  ANNOUNCEMENT_EVENT_TYPE,
  announcementPageSchema,
  announcementSchema,
  newAnnouncementSchema,
} from '@ordercast/contract/announcement.ts';
import type { Announcement, AnnouncementEventData } from '@ordercast/contract/announcement.ts';
import { ANNOUNCEMENTS_CHANNEL } from '@ordercast/contract/channel.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { DEFAULT_LIMIT, cursorSchema, limitSchema, toPage } from '../http/cursor.ts';
import { NO_BODY, NO_QUERY, route } from '../http/route.ts';
import type { Caller, Route } from '../http/route.ts';
import { appendToOutbox } from '../outbox/outbox.ts';
import type { NewOutboxEntry } from '../outbox/outbox.ts';
import { answeredAuthor } from '../people/answered-author.ts';
import type { PeopleService } from '../people/people-service.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import { insertAnnouncement, listAnnouncements } from './announcement-store.ts';
import type { AnnouncementRecord } from './announcement-store.ts';

interface Dependencies {
  database: Knex;
  people: PeopleService;
  /** Epoch ms. */
  clock: () => number;
  ulids: UlidSource;
  onCommitted: () => void;
}

/** Only admins announce. */
const AUTHOR_ROLE = 'admin';

/** `POST /announcements` and `GET /announcements`. */
export function announcementRoutes(dependencies: Dependencies): Route[] {
  return [announceRoute(dependencies), listRoute(dependencies)];
}

function announceRoute({ database, people, clock, ulids, onCommitted }: Dependencies): Route {
  return route({
    method: 'post',
    path: '/announcements',
    access: 'admin',
    query: NO_QUERY,
    body: newAnnouncementSchema,
    documentation: {
      summary: 'Tell everybody something',
      description: 'Reaches everybody online, and whoever comes back while the log holds it.',
      responses: { 201: { description: 'The announcement', schema: announcementSchema } },
    },
    handle: async ({ caller, traceparent }, { body }) => {
      const author = await people.personOf(caller);
      const now = clock();
      const record = { id: ulids.next(), text: body.text, bySub: author.sub, at: now };
      const event: AnnouncementEventData = {
        id: record.id,
        text: record.text,
        by: { name: author.name, role: AUTHOR_ROLE },
        at: isoInstant(now),
      };
      await inTransaction(database, async (trx) => {
        await insertAnnouncement(trx, record);
        const entry = announcementOutboxEntry(event, ulids.at(now), traceparent);
        await appendToOutbox(trx, entry, now);
      });
      onCommitted();
      return { status: 201, body: toAnnouncement({ ...record, byName: author.name }, caller) };
    },
  });
}

function listRoute({ database }: Dependencies): Route {
  return route({
    method: 'get',
    path: '/announcements',
    access: 'customer',
    query: z.object({
      limit: limitSchema.default(DEFAULT_LIMIT),
      cursor: cursorSchema.optional(),
    }),
    body: NO_BODY,
    documentation: {
      summary: 'Announcements, newest first',
      responses: { 200: { description: 'A page of them', schema: announcementPageSchema } },
    },
    handle: async ({ caller }, { query }) => {
      const found = await listAnnouncements(database, query.cursor, query.limit + 1);
      const items = found.map((record) => toAnnouncement(record, caller));
      return { status: 200, body: toPage(items, query.limit) };
    },
  });
}

/** An announcement as the API shows it to a caller. */
function toAnnouncement(
  { id, text, bySub, byName, at }: AnnouncementRecord & { byName: string },
  caller: Caller,
): Announcement {
  const by = answeredAuthor({ sub: bySub, name: byName, role: AUTHOR_ROLE }, caller);
  return { id, text, by, at: isoInstant(at) };
}

function announcementOutboxEntry(
  announcement: AnnouncementEventData,
  eventId: string,
  traceparent: string,
): NewOutboxEntry {
  return {
    channels: [ANNOUNCEMENTS_CHANNEL],
    event: {
      specversion: '1.0',
      id: eventId,
      type: ANNOUNCEMENT_EVENT_TYPE,
      source: ANNOUNCEMENT_EVENT_SOURCE,
      subject: announcement.id,
      time: announcement.at,
      datacontenttype: 'application/json',
      data: announcement,
    },
    traceparent,
  };
}
