import { z } from 'zod';
import { instantSchema, pageSchema, ulidSchema } from './page.ts';
import { roleSchema } from './role.ts';
import { textSchema } from './text.ts';

export const MAX_ANNOUNCEMENT_LENGTH = 2000;

/** CloudEvent `source` and `type` of an announcement's event; its `data` is the announcement. */
export const ANNOUNCEMENT_EVENT_SOURCE = '/announcements';
export const ANNOUNCEMENT_EVENT_TYPE = 'announcement.published';

export const announcementSchema = z.object({
  id: ulidSchema,
  text: z.string(),
  by: z.object({ sub: z.string(), name: z.string(), role: roleSchema }),
  at: instantSchema,
});
export type Announcement = z.infer<typeof announcementSchema>;
export const announcementPageSchema = pageSchema(announcementSchema);

export const newAnnouncementSchema = z.strictObject({
  text: textSchema(MAX_ANNOUNCEMENT_LENGTH).refine((text) => text.trim() !== '', {
    error: 'must not be blank',
  }),
});
export type NewAnnouncement = z.infer<typeof newAnnouncementSchema>;
