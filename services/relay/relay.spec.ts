import { EventTooLarge } from '@ordercast/websocket/channel-log/event-too-large.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { appendToOutbox } from '../outbox/outbox.ts';
import { createLeaseLeadership } from './leadership/lease-leadership.ts';
import type { Leadership } from './leadership/leadership.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { createRecordingPublisher } from '../testing/recording-publisher.ts';
import type { RecordingPublisher } from '../testing/recording-publisher.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';

let database: TestDatabase;
let publisher: RecordingPublisher;
let logged: string[];
const relays: Relay[] = [];
let clockOffset = 0;
const clock = () => Date.now() + clockOffset;
const ids = createUlidSource({ clock: Date.now, random: Math.random });

beforeEach(async () => {
  database = await openTestDatabase();
  publisher = createRecordingPublisher();
  logged = [];
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

function start(leadership: Leadership = lease()): Relay {
  const relay = startRelay({
    database: database.db,
    publish: publisher.publish,
    leadership,
    clock,
    random: Math.random,
    log: createLogger('relay', { destination: { write: (line) => void logged.push(line) } }),
  });
  relays.push(relay);
  return relay;
}

async function append(channels: readonly string[], id = ids.next(), data: unknown = {}) {
  const event = {
    specversion: '1.0' as const,
    id,
    type: 'order.placed',
    source: '/orders',
    subject: 'an-order',
    time: new Date().toISOString(),
    data,
  };
  await appendToOutbox(database.db, { channels, event }, Date.now());
  return id;
}

async function pending(): Promise<number> {
  const rows = await database.db('outbox').whereNull('published_at').select('id');
  return rows.length;
}

const outboxRow = z.object({
  attempts: z.number(),
  last_error: z.string().nullable(),
  abandoned_at: z.number().nullable(),
});

async function rowOf(id: string | undefined) {
  const row: unknown = await database.db('outbox').where({ id }).first();
  return outboxRow.parse(row);
}

const untilEmpty = () =>
  vi.waitFor(async () => expect(await pending()).toBe(0), { timeout: 30_000 });

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
    await vi.waitFor(() => expect(publisher.log('all')).toEqual([first]));
    publisher.setSettled(Promise.resolve());
    const second = await append(['all']);
    await vi.waitFor(async () => expect(await pending()).toBe(1));
    expect(publisher.log('all')).toEqual([first, second]);
    expect(await database.db('outbox').whereNull('published_at').pluck('id')).toEqual([first]);
    tried.resolve(undefined);
    await untilEmpty();
    expect(publisher.arrivals).toHaveLength(2);
  });

  it('publishes no more than a log recognises while nothing can be marked, and goes on after', async () => {
    const tried = Promise.withResolvers<undefined>();
    publisher.setSettled(tried.promise);
    const rows = Array.from({ length: 2_300 }, () => ids.next());
    for (const id of rows) await append(['all'], id);
    const first = start();
    await vi.waitFor(() => expect(publisher.log('all')).toHaveLength(2_000), { timeout: 30_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(publisher.log('all')).toHaveLength(2_000);
    expect(await pending()).toBe(2_300);
    tried.resolve(undefined);
    await untilEmpty();
    expect(publisher.log('all')).toEqual(rows);
    expect(publisher.arrivals).toHaveLength(2_300);
    await first.stop();
  });

  it('sends a row that was committed late, below ids that are out already', async () => {
    start();
    const late = ids.next();
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
    await vi.waitFor(() => expect(publisher.log('all')).toEqual([...sick, sound]));
    await vi.waitFor(async () => expect(await pending()).toBe(2));
    expect(publisher.log('sick')).toEqual([]);
    await vi.waitFor(async () => {
      const row = await rowOf(sick[0]);
      expect(row.attempts).toBeGreaterThan(1);
      expect(row.last_error).toBe('Error: throttled');
    });
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
    await vi.waitFor(() => expect(publisher.log('all')).toEqual([held]));
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
    start();
    await vi.waitFor(
      async () => {
        const row = await database.db('outbox').where({ id: held }).first<{ channels: string }>();
        expect(row.channels).toBe('["sick"]');
      },
      { timeout: 20_000 },
    );
  });

  it('puts a tombstone in place of an event that no frame can carry, and raises an alarm', async () => {
    publisher.setFault((_channel, events) => {
      const tooLarge = events.find((event) => JSON.stringify(event).includes('huge'));
      if (tooLarge) throw new EventTooLarge(tooLarge.id, 40_000, 32_000);
    });
    const before = await append(['all']);
    const huge = await append(['all', 'mine'], ids.next(), 'huge');
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
    expect(row.last_error).toContain('too large');
    expect(logged.filter((line) => line.includes('outbox-event-abandoned'))).toHaveLength(1);
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
    publisher.setFault(() => {
      if (Math.random() < 0.05) throw new Error('sometimes');
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
    clockOffset += 60_000;
    publisher.setFault(() => undefined);
    start();
    await untilEmpty();
    gate.resolve(undefined);
    await vi.waitFor(() => expect(logged.join('')).toContain('not leading any more'));
    expect(publisher.log('all')).toEqual(ids);
    expect(publisher.log('mine')).toEqual([ids[1]]);
    // What it was in the middle of arrives twice, which channel logs recognise; nothing more does.
    const onceMore = publisher.arrivals.slice(3).map(({ channel }) => channel);
    expect(onceMore.length).toBeGreaterThan(0);
    expect(publisher.arrivals.length).toBeLessThanOrEqual(6);
  });
});
