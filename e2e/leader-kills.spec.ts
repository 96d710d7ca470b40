import { ORDERS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { DEMO_USERS } from '@ordercast/local/demo-users.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeChannel } from './testing/channel-items.ts';
import { orderObserver, versionsOf } from './testing/observer.ts';
import { OrderLoad } from './testing/order-load.ts';
import { firstProduct, signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';
import { startSplitSystem } from './testing/split-system.ts';
import type { ApiProcess, SplitSystem } from './testing/split-system.ts';

const KILLS = 10;
/** So many more changes are seen, published by whoever leads, before the next leader is killed. */
const CHANGES_BETWEEN_KILLS = 3;
/** So often who would take over is killed as well, at that moment. */
const KILL_HEIR_EVERY = 3;
/** So often an API is killed too, and an observer begins anew from the positions it kept. */
const KILL_API_EVERY = 3;
const REOPEN_EVERY = 2;
const CUSTOMERS = 4;
/** No order begins while more changes than this are not yet seen, so that a backlog is worked off. */
const MOST_BEHIND = 40;

const customers = Array.from({ length: CUSTOMERS }, (_, number) => ({
  sub: `6f1d5f0a-0c3e-4f5b-9a51-0b000000000${number}`,
  email: `customer${number}@example.com`,
  name: `Customer ${number}`,
  groups: [],
}));

let system: SplitSystem;
let apis: ApiProcess[];
let relays: Child[];
let sam: Person;
let people: Person[];

beforeAll(async () => {
  system = await startSplitSystem([...DEMO_USERS, ...customers]);
  apis = [await system.startApi(), await system.startApi()];
  relays = [system.startRelay(), system.startRelay()];
  sam = await signInAs(system.url, 'sam@example.com');
  people = await Promise.all(customers.map(({ email }) => signInAs(system.url, email)));
});
afterAll(() => system.close());

function leads(relay: Child): boolean {
  const last = relay.lines.findLast((line) => line.includes('leading'));
  return last?.includes('"leading"') === true;
}

/** Kills a relay; another takes its place. */
async function killRelay(victim: Child): Promise<void> {
  victim.kill('SIGKILL');
  await victim.ended;
  relays = [...relays.filter((relay) => relay !== victim), system.startRelay()];
}

/** Kills who leads, once somebody does. */
async function killLeader(): Promise<void> {
  await expect.poll(() => relays.some(leads), settle).toBe(true);
  const leader = relays.find(leads);
  if (leader !== undefined) await killRelay(leader);
}

/** Kills who has waited longest to lead. */
async function killHeir(): Promise<void> {
  const heir = relays.find((relay) => !leads(relay));
  if (heir !== undefined) await killRelay(heir);
}

async function killOneApi(): Promise<void> {
  const [oldest, ...others] = apis;
  oldest?.kill('SIGKILL');
  apis = [...others, await system.startApi()];
}

describe('two APIs and two relays on one database file', () => {
  it('publish everything once and in order while the leader is killed again and again', async () => {
    const load = new OrderLoad(() => apis.map(({ url }) => url), sam, await firstProduct(sam));
    const staff = orderObserver(sam, ORDERS_CHANNEL);
    const owners = people.map((person) => orderObserver(person, userChannel(person.sub)));
    const observers = [staff, ...owners];
    await Promise.all(observers.map((observer) => observer.open()));

    let isOver = false;
    const working = Promise.all(
      people.map(async (person, number) => {
        for (let count = 0; !isOver; count += 1) {
          await load.liveThrough(person, `order-${number}-${count}`);
          const behind = () => load.acknowledged.length - staff.seen.length;
          await expect.poll(behind, settle).toBeLessThanOrEqual(MOST_BEHIND);
        }
      }),
    );
    const killed = { leader: 0, heir: 0, api: 0 };
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const wanted = staff.seen.length + CHANGES_BETWEEN_KILLS;
      await expect.poll(() => staff.seen.length, settle).toBeGreaterThanOrEqual(wanted);
      await killLeader();
      killed.leader += 1;
      if (kill % KILL_HEIR_EVERY === 0) {
        await killHeir();
        killed.heir += 1;
      }
      if (kill % KILL_API_EVERY === 0) {
        await killOneApi();
        killed.api += 1;
      }
      if (kill % REOPEN_EVERY === 0) {
        const observer = observers[(kill / REOPEN_EVERY) % observers.length];
        await observer?.open();
      }
    }
    isOver = true;
    await working;

    // What the database holds is what happened, acknowledged or not.
    const happened = new Map(
      (
        await system
          .database('orders')
          .whereIn(
            'customer_id',
            people.map(({ sub }) => sub),
          )
          .select<{ id: string; customer_id: string; version: number }[]>(
            'id',
            'customer_id',
            'version',
          )
      ).map(({ id, customer_id, version }) => [id, { customerId: customer_id, version }]),
    );
    for (const { orderId, customerId, version } of load.acknowledged) {
      const order = happened.get(orderId);
      expect(order?.customerId).toBe(customerId);
      expect(order?.version).toBeGreaterThanOrEqual(version);
    }

    const total = [...happened.values()].reduce((sum, { version }) => sum + version, 0);
    await expect.poll(() => new Set(staff.seen.map(({ id }) => id)).size, settle).toBe(total);
    await expect
      .poll(() => owners.reduce((sum, owner) => sum + owner.seen.length, 0), settle)
      .toBeGreaterThanOrEqual(total);
    await expect
      .poll(() => system.database('outbox').whereNull('published_at').pluck('id'), settle)
      .toEqual([]);
    console.info({
      killed,
      orders: happened.size,
      changes: total,
      acknowledged: load.acknowledged.length,
      unanswered: load.unanswered,
    });

    for (const observer of observers) {
      const customerId = people.find(({ sub }) => userChannel(sub) === observer.channel)?.sub;
      const expected = [...happened].filter(
        ([, order]) => customerId === undefined || order.customerId === customerId,
      );
      expect(observer.reloads).toBe(0);
      expect(Object.fromEntries(versionsOf(observer))).toEqual(
        Object.fromEntries(expected.map(([id, { version }]) => [id, upTo(version)])),
      );
      const log = await wholeChannel(system, observer.channel);
      expect(observer.seen.map(({ id }) => id)).toEqual(log);
      observer.close();
    }
    expect(total).toBeGreaterThan(0);
  });
});

const settle = { interval: 50 };

function upTo(version: number): number[] {
  return Array.from({ length: version }, (_, index) => index + 1);
}
