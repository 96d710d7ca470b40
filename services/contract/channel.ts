import { visibleCustomer } from './order-access.ts';
import { rolesOfGroups } from './role.ts';
import type { Role } from './role.ts';

/** Every order event. */
export const ORDERS_CHANNEL = 'orders';
export const ANNOUNCEMENTS_CHANNEL = 'announcements';
/** Report progress. */
export const REPORTS_CHANNEL = 'reports';

const USER_PREFIX = 'user/';

/** One customer's channel: every event of their orders. */
export function userChannel(sub: string): `user/${string}` {
  return `${USER_PREFIX}${sub}`;
}

/** The channel of the orders that somebody may see. */
export function ordersChannelOf(person: { sub: string; roles: readonly Role[] }): string {
  const customer = visibleCustomer(person);
  return customer === undefined ? ORDERS_CHANNEL : userChannel(customer);
}

/** Who asks to read a channel, by the claims of their access token. */
export interface ChannelReader {
  sub: string;
  /** `cognito:groups` */
  groups: readonly string[];
}

type ReadRule = (reader: ChannelReader) => boolean;

const isStaff: ReadRule = ({ groups }) => rolesOfGroups(groups).includes('staff');

/** What is neither listed here nor somebody's own, nobody may read. */
const READ_RULES: ReadonlyMap<string, ReadRule> = new Map([
  [ORDERS_CHANNEL, isStaff],
  [REPORTS_CHANNEL, isStaff],
  [ANNOUNCEMENTS_CHANNEL, () => true],
]);

/** Who may read a channel; undefined means that there is no such channel. */
export function readRuleOf(channel: string): ReadRule | undefined {
  if (!channel.startsWith(USER_PREFIX)) return READ_RULES.get(channel);
  return ({ sub }) => channel === userChannel(sub);
}
