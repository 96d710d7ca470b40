/** Every order event; staff may subscribe. */
export const ORDERS_CHANNEL = 'orders';
/** Announcements; everybody may subscribe. */
export const ANNOUNCEMENTS_CHANNEL = 'announcements';
/** Report progress; staff may subscribe. */
export const REPORTS_CHANNEL = 'reports';

/** One customer's channel: every event of their orders; only they may subscribe. */
export function userChannel(sub: string): `user/${string}` {
  return `user/${sub}`;
}
