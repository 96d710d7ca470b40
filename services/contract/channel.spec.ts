import { expect, it } from 'vitest';
import {
  ANNOUNCEMENTS_CHANNEL,
  ORDERS_CHANNEL,
  ordersChannelOf,
  readRuleOf,
  REPORTS_CHANNEL,
  userChannel,
} from './channel.ts';
import { rolesOfGroups } from './role.ts';

const PEOPLE = {
  ada: { sub: 'ada', groups: [] },
  grace: { sub: 'grace', groups: ['customers'] },
  sam: { sub: 'sam', groups: ['staff'] },
  alex: { sub: 'alex', groups: ['admins'] },
};

/** Names of those who may read a channel. */
const readersOf = (channel: string) =>
  Object.entries(PEOPLE)
    .filter(([, person]) => readRuleOf(channel)?.(person))
    .map(([name]) => name);

it.each([
  [userChannel('ada'), ['ada']],
  [userChannel('sam'), ['sam']],
  [ORDERS_CHANNEL, ['sam', 'alex']],
  [REPORTS_CHANNEL, ['sam', 'alex']],
  [ANNOUNCEMENTS_CHANNEL, ['ada', 'grace', 'sam', 'alex']],
  [userChannel(''), []],
  ['user/ada/', []],
  ['User/ada', []],
  ['orders/', []],
  ['constructor', []],
  ['', []],
])('the channel "%s" is read by %j alone', (channel, readers) => {
  expect(readersOf(channel)).toEqual(readers);
});

it('everybody may read the channel that brings the orders that they may see', () => {
  for (const person of Object.values(PEOPLE)) {
    const channel = ordersChannelOf({ ...person, roles: rolesOfGroups(person.groups) });
    expect(readRuleOf(channel)?.(person)).toBe(true);
  }
});
