import { EventTooLarge } from '@ordercast/websocket/channel-log/event-too-large.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLeaseLeadership } from './leadership/lease-leadership.ts';
import type { Leadership } from './leadership/leadership.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { createRecordingPublisher } from '../testing/recording-publisher.ts';
import type { RecordingPublisher } from '../testing/recording-publisher.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { WRITTEN_AT, createTestOutbox } from '../testing/test-outbox.ts';
import type { TestOutbox } from '../testing/test-outbox.ts';
import type { RelaySettings } from './relay-settings.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';

let database: TestDatabase;
let publisher: RecordingPublisher;
let logged: string[];
const relays: Relay[] = [];
let now: number;
const clock = () => now;
let outbox: TestOutbox;

beforeEach(async () => {
  database = await openTestDatabase();
  outbox = createTestOutbox(database.db);
  publisher = createRecordingPublisher();
  logged = [];
  now = WRITTEN_AT;
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await database.close();
});

let owners = 0;
function lease(): Leadership {
  owners += 1;
  return createLeaseLeadership({
    database: database.db,
    name: 'relay',
    owner: `owner-${owners}`,
    clock,
  });
}

function start(settings: Partial<RelaySettings> = {}): Relay {
  const relay = startRelay({
    database: database.db,
    publish: publisher.publish,
    leadership: lease(),
    clock,
    random: seededRandom(1),
    log: createLogger('relay', { destination: { write: (line) => void logged.push(line) } }),
    ...settings,
  });
  relays.push(relay);
  return relay;
}

const append: TestOutbox['append'] = (...row) => outbox.append(...row);

const outboxRow = z.object({
  attempts: z.number(),
  last_error: z.string().nullable(),
  abandoned_at: z.number().nullable(),
});

async function rowOf(id: string | undefined) {
  const row: unknown = await database.db('outbox').where({ id }).first();
  return outboxRow.parse(row);
}

const untilEmpty = () => expect.poll(() => outbox.waiting()).toEqual([]);

describe('the relay', () => {
  it('publishes what waits and what comes, to each channel in order, and marks it', async () => {
    const early = [
      await append(['a', 'all']),
      await append(['b', 'all']),
      await append(['a', 'all']),
    ];
    const relay = start();
    await untilEmpty();
    const late = await append(['b', 'all']);
    relay.nudge();
    await untilEmpty();
    expect(publisher.log('all')).toEqual([...early, late]);
    expect(publisher.log('a')).toEqual([early[0], early[2]]);
    expect(publisher.log('b')).toEqual([early[1], late]);
    expect(publisher.arrivals).toHaveLength(8);
  });

  it('waits with the mark until everybody has been tried, and with the next events for nobody', async () => {
    const tried = Promise.withResolvers<undefined>();
    publisher.setSettled(tried.promise);
    const first = await append(['all']);
    start();
    await expect.poll(() => publisher.log('all')).toEqual([first]);
    publisher.setSettled(Promise.resolve());
    const second = await append(['all']);
    await expect.poll(async () => (await outbox.waiting()).length).toBe(1);
    expect(publisher.log('all')).toEqual([first, second]);
    expect(await outbox.waiting()).toEqual([first]);
    tried.resolve(undefined);
    await untilEmpty();
    expect(publisher.arrivals).toHaveLength(2);
  });

  it('publishes no more than a log recognises while nothing can be marked, and goes on after', async () => {
    const tried = Promise.withResolvers<undefined>();
    publisher.setSettled(tried.promise);
    const rows: string[] = [];
    for (let count = 0; count < 2_300; count++) rows.push(await append(['all']));
    const waits = new ManualWaits();
    const first = start({ wait: waits.wait });
    await expect.poll(() => publisher.log('all').length).toBe(2_000);
    // It pauses once it has claimed what it may, and looks again when that has ended.
    for (let looks = 1; looks <= 3; looks++) {
      await expect.poll(() => waits.askedMs.length).toBe(looks);
      if (looks < 3) waits.ring();
    }
    expect(publisher.log('all')).toHaveLength(2_000);
    expect(await outbox.waiting()).toHaveLength(2_300);
    tried.resolve(undefined);
    // Nobody rings: what is marked makes room at once.
    await untilEmpty();
    expect(publisher.log('all')).toEqual(rows);
    expect(publisher.arrivals).toHaveLength(2_300);
    await first.stop();
  });

  it('sends a row that was committed late, below ids that are out already', async () => {
    start();
    const late = outbox.nextId();
    const first = await append(['all']);
    await untilEmpty();
    await append(['all'], late);
    await untilEmpty();
    expect(publisher.log('all')).toEqual([first, late]);
  });

  it('lets a failing channel hold up itself alone, in its order, and counts the attempts', async () => {
    let isDown = true;
    publisher.setFault((channel) => {
      if (channel === 'sick' && isDown) throw new Error('throttled');
    });
    const sick = [await append(['sick', 'all']), await append(['sick', 'all'])];
    const sound = await append(['sound', 'all']);
    start();
    await expect.poll(() => publisher.log('all')).toEqual([...sick, sound]);
    await expect.poll(async () => (await outbox.waiting()).length).toBe(2);
    expect(publisher.log('sick')).toEqual([]);
    await expect.poll(async () => (await rowOf(sick[0])).attempts).toBeGreaterThan(1);
    expect((await rowOf(sick[0])).last_error).toBe('Error: throttled');
    isDown = false;
    await untilEmpty();
    expect(publisher.log('sick')).toEqual(sick);
    // What had reached its other channel is not sent there again.
    expect(publisher.arrivals.filter(({ channel }) => channel === 'all')).toHaveLength(3);
  });

  it('tells its successor which channels of a held-up row have their event', async () => {
    publisher.setFault((channel) => {
      if (channel === 'sick') throw new Error('throttled');
    });
    const held = await append(['sick', 'all']);
    const first = start();
    await expect.poll(() => publisher.log('all')).toEqual([held]);
    await first.stop();
    publisher.setFault(() => undefined);
    start();
    await untilEmpty();
    expect(publisher.log('sick')).toEqual([held]);
    // A log recognises recent repeats only, and the channel may have run far ahead by now.
    expect(publisher.arrivals.filter(({ channel }) => channel === 'all')).toHaveLength(1);
  });

  it('notes that also while it leads, for the case that it dies', async () => {
    publisher.setFault((channel) => {
      if (channel === 'sick') throw new Error('throttled');
    });
    const held = await append(['sick', 'all']);
    const relay = start();
    await expect.poll(() => publisher.log('all')).toEqual([held]);
    const channels = () => database.db('outbox').where({ id: held }).pluck('channels');
    expect(await channels()).toEqual(['["sick","all"]']);
    now += 1_000;
    relay.nudge();
    await expect.poll(channels).toEqual(['["sick"]']);
  });

  it('puts a tombstone in place of an event that no frame can carry, and raises an alarm', async () => {
    publisher.setFault((_channel, events) => {
      const tooLarge = events.find((event) => JSON.stringify(event).includes('huge'));
      if (tooLarge) throw new EventTooLarge(tooLarge.id, 40_000, 32_000);
    });
    const before = await append(['all']);
    const huge = await append(['all', 'mine'], outbox.nextId(), 'huge');
    const after = await append(['all']);
    start();
    await untilEmpty();
    expect(publisher.log('all')).toEqual([before, huge, after]);
    const tombstones = publisher.arrivals.filter(({ event }) => event.id === huge);
    expect(tombstones.map(({ channel, event }) => [channel, event.type]).sort()).toEqual([
      ['all', 'event.abandoned'],
      ['mine', 'event.abandoned'],
    ]);
    expect(tombstones[0]?.event).toMatchObject({
      subject: 'an-order',
      data: { type: 'order.placed' },
    });
    const row = await rowOf(huge);
    expect(row.abandoned_at).not.toBeNull();
    expect(row.last_error).toContain('40000 bytes');
    expect(logged.filter((line) => line.includes('outbox-event-abandoned'))).toHaveLength(1);
  });

  it('names an author of an old row by name and role, as it does those of new ones', async () => {
    const old = { version: 7, by: { sub: 'sam', name: 'Sam', role: 'staff' } };
    await append(['all'], outbox.nextId(), old);
    start();
    await untilEmpty();
    expect(publisher.arrivals.map(({ event }) => event.data)).toEqual([
      { version: 7, by: { name: 'Sam', role: 'staff' } },
    ]);
  });

  it('gets past rows that are damaged', async () => {
    const noEvent = await append(['all']);
    const noChannels = await append(['all']);
    const sound = await append(['all']);
    await database.db('outbox').where({ id: noEvent }).update({ event: '{"id":' });
    await database.db('outbox').where({ id: noChannels }).update({ channels: 'all' });
    start();
    await untilEmpty();
    expect(publisher.log('all')).toEqual([noEvent, sound]);
    expect(publisher.arrivals[0]?.event.type).toBe('event.abandoned');
    expect(await database.db('outbox').whereNotNull('abandoned_at').pluck('id')).toEqual([
      noEvent,
      noChannels,
    ]);
  });

  it('carries a thousand rows over many channels, each in its order', async () => {
    const byChannel = new Map<string, string[]>();
    for (let count = 0; count < 1000; count++) {
      const channel = `user/${count % 37}`;
      const id = await append([channel, 'orders']);
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), id]);
    }
    const chance = seededRandom(37);
    publisher.setFault(() => {
      if (chance() < 0.05) throw new Error('sometimes');
    });
    start();
    await untilEmpty();
    for (const [channel, expected] of byChannel) expect(publisher.log(channel)).toEqual(expected);
    expect(publisher.log('orders')).toEqual([...byChannel.values()].flat().sort());
  });

  it('leaves the lead to another when it stops, and only one leads', async () => {
    const first = start();
    await append(['all']);
    await untilEmpty();
    const second = start();
    await append(['all']);
    first.nudge();
    second.nudge();
    await untilEmpty();
    expect(logged.filter((line) => line.includes('"leading"'))).toHaveLength(1);
    await first.stop();
    await append(['all']);
    await untilEmpty();
    expect(publisher.log('all')).toHaveLength(3);
    expect(publisher.arrivals).toHaveLength(3);
  });

  it('publishes nothing more once another has taken the lead', async () => {
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    publisher.setFault(async () => {
      entered.resolve(undefined);
      await gate.promise;
    });
    const ids = [await append(['all']), await append(['all', 'mine'])];
    start();
    await entered.promise;
    // As after a long stop: the leader is in the middle of a publish, and its lease has run out.
    now += 60_000;
    publisher.setFault(() => undefined);
    start();
    await untilEmpty();
    gate.resolve(undefined);
    await expect.poll(() => logged.join('')).toContain('not leading any more');
    expect(publisher.log('all')).toEqual(ids);
    expect(publisher.log('mine')).toEqual([ids[1]]);
    // What it was in the middle of arrives twice, which channel logs recognise; nothing more does.
    const onceMore = publisher.arrivals.slice(3).map(({ channel }) => channel);
    expect(onceMore.length).toBeGreaterThan(0);
    expect(publisher.arrivals.length).toBeLessThanOrEqual(6);
  });
});
