import { z } from 'zod';

/** ISO 8601 UTC with milliseconds, such as `2026-11-22T08:30:00.000Z`. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** A ULID: 26 characters of Crockford's base 32, ordered by time. */
export const ulidSchema = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);

/** A page of anything; `nextCursor` is null on the last page. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
