import { z } from 'zod';
import { answeredAuthorSchema, authorSchema } from './author.ts';
import { hasVisibleCharacters } from './hidden-characters.ts';
import { instantSchema, pageSchema, ulidSchema } from './page.ts';
import { textSchema } from './text.ts';

export const MAX_ANNOUNCEMENT_LENGTH = 2000;

/** CloudEvent `source` and `type` of an announcement's event. */
export const ANNOUNCEMENT_EVENT_SOURCE = '/announcements';
export const ANNOUNCEMENT_EVENT_TYPE = 'announcement.published';

export const announcementSchema = z.object({
  id: ulidSchema,
  text: z.string(),
  by: answeredAuthorSchema,
  at: instantSchema,
});
export type Announcement = z.infer<typeof announcementSchema>;

/** `data` of an announcement's event: the announcement, as it is for everybody. */
export const announcementEventDataSchema = announcementSchema.extend({ by: authorSchema });
export type AnnouncementEventData = z.infer<typeof announcementEventDataSchema>;

export const announcementPageSchema = pageSchema(announcementSchema);

export const newAnnouncementSchema = z.strictObject({
  text: textSchema(MAX_ANNOUNCEMENT_LENGTH).refine(hasVisibleCharacters, {
    error: 'must not be blank',
  }),
});
export type NewAnnouncement = z.infer<typeof newAnnouncementSchema>;
