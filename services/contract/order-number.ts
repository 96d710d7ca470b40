/** As it stands in answers: the end of a ULID. */
export const ORDER_NUMBER = /^[0-9A-HJKMNP-TV-Z]{8}$/;

/**
 * The part of an order's id that people say to each other and search: its last eight characters,
 * which are random, where the first ten are a time that neighbours share. No two orders have the
 * same (`uq_orders_number`).
 */
export function orderNumber(id: string): string {
  return id.slice(-8);
}
