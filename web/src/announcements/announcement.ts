import { instantSchema, pageSchema } from '@ordercast/contract/page.ts';
import { z } from 'zod';

export const LONGEST_ANNOUNCEMENT = 2_000;

export const announcementSchema = z.object({
  id: z.string(),
  text: z.string(),
  /** Who published it: a name, or a person with one. */
  by: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]),
  at: instantSchema,
});
export type Announcement = z.infer<typeof announcementSchema>;

export const announcementPageSchema = pageSchema(announcementSchema);
