import type { Knex } from 'knex';
import { z } from 'zod';
import { instantColumn, instantValue } from '@ordercast/platform/column.ts';

/** An announcement as it is kept; `at` is in epoch milliseconds. */
export interface AnnouncementRecord {
  id: string;
  text: string;
  bySub: string;
  at: number;
}

const announcementRow = z
  .object({
    id: z.string(),
    text: z.string(),
    by_sub: z.string(),
    by_name: z.string(),
    at: instantColumn,
  })
  .transform(({ by_sub, by_name, ...row }) => ({ ...row, bySub: by_sub, byName: by_name }));

/** Writes an announcement in the caller's transaction. */
export async function insertAnnouncement(
  db: Knex,
  announcement: AnnouncementRecord,
): Promise<void> {
  await db('announcements').insert({
    id: announcement.id,
    text: announcement.text,
    by_sub: announcement.bySub,
    at: instantValue(announcement.at),
  });
}

/** The newest announcements with their authors' names, at most `limit`, older than `before`'s id if given. */
export async function listAnnouncements(
  db: Knex,
  before: string | undefined,
  limit: number,
): Promise<(AnnouncementRecord & { byName: string })[]> {
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
