import { z } from 'zod';

/** ISO 8601 UTC with milliseconds, such as `2026-11-22T08:30:00.000Z`. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** What both databases keep as an instant: SQL Server's `datetime2` ends where its years do. Epoch ms. */
export const EARLIEST_INSTANT = Date.parse('0001-01-01T00:00:00.000Z');
export const LATEST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

const OUT_OF_RANGE = {
  error: 'must lie between 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z',
};

/** An instant that somebody asks for, with any offset, as epoch ms that both databases keep. */
export const askedInstantSchema = z.iso
  .datetime({
    offset: true,
    error: 'must be an ISO 8601 instant with its offset, such as 2026-11-22T08:30:00Z',
  })
  .transform((text) => Date.parse(text))
  .pipe(z.number().min(EARLIEST_INSTANT, OUT_OF_RANGE).max(LATEST_INSTANT, OUT_OF_RANGE));

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
