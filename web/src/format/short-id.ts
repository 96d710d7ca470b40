/**
 * The part of an order's ULID that people say to each other: its last eight characters, which
 * are random, where the first ten are a time that neighbours share.
 */
export function shortId(id: string): string {
  return id.slice(-8);
}
