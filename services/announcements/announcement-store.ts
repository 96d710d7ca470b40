import type { Announcement } from '@ordercast/contract/announcement.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { instantColumn, instantValue, isoInstant } from '@ordercast/platform/column.ts';

const announcementRow = z
  .object({
    id: z.string(),
    text: z.string(),
    by_sub: z.string(),
    by_name: z.string(),
    at: instantColumn,
  })
  .transform(({ id, text, by_sub, by_name, at }): Announcement => ({
    id,
    text,
    by: { sub: by_sub, name: by_name, role: 'admin' },
    at: isoInstant(at),
  }));

/** Writes an announcement in the caller's transaction. */
export async function insertAnnouncement(db: Knex, announcement: Announcement): Promise<void> {
  await db('announcements').insert({
    id: announcement.id,
    text: announcement.text,
    by_sub: announcement.by.sub,
    at: instantValue(Date.parse(announcement.at)),
  });
}

/** The newest announcements, at most `limit`, older than the one with id `before` if given. */
export async function listAnnouncements(
  db: Knex,
  before: string | undefined,
  limit: number,
): Promise<Announcement[]> {
  const query = db('announcements')
    .join('people', 'people.sub', 'announcements.by_sub')
    .orderBy('id', 'desc')
    .limit(limit);
  if (before !== undefined) void query.where('id', '<', before);
  const rows: unknown[] = await query.select(
    'id',
    'text',
    'by_sub',
    'people.name as by_name',
    'at',
  );
  return rows.map((row) => announcementRow.parse(row));
}
