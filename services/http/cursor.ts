import { ulidSchema } from '@ordercast/contract/page.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { z } from 'zod';

/** Opaque to clients: the id of the last item that they were given. */
export const cursorSchema = z.string().transform((text, context) => {
  const id = ulidSchema.safeParse(Buffer.from(text, 'base64url').toString('latin1'));
  if (id.success && encodeCursor(id.data) === text) return id.data;
  context.addIssue({ code: 'custom', message: 'is not a cursor of this API' });
  return z.NEVER;
});

function encodeCursor(id: string): string {
  return Buffer.from(id, 'latin1').toString('base64url');
}

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;
/** Items wanted in one page. */
export const limitSchema = z
  .string()
  .regex(/^[0-9]{1,9}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_LIMIT));

/**
 * A page of items that were asked for with one more than `limit`: the extra one tells that there
 * is a next page.
 */
export function toPage<Item extends { id: string }>(
  items: readonly Item[],
  limit: number,
): Page<Item> {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const hasMore = items.length > limit && last !== undefined;
  return {
    items: page,
    nextCursor: hasMore ? encodeCursor(last.id) : null,
  };
}
