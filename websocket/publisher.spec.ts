import { eventsSchema } from '@ordercast/protocol/server-message.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it } from 'vitest';
import type { Batch, ChannelLog } from './channel-log/channel-log.ts';
import { EventTooLarge } from './channel-log/event-too-large.ts';
import { startFaultProxy } from './testing/fault-proxy.ts';
import { ConnectionCloser } from './fanout/connection-closer.ts';
import { createFanOut } from './fanout/fan-out.ts';
import { postsPerSecondLimits, Sender, SENDER_LIMITS } from './fanout/sender.ts';
import { createPublisher } from './publisher.ts';
import {
  anEvent,
  ProtocolClient,
  serve,
  someEvents,
  startTestBed,
} from './testing/running-realtime.ts';

const { dynamo, pool, realtime: build } = await startTestBed();
const { token } = pool;

/** So that numbers do not hang on how busy the machine is. */
function timeOfItsOwn() {
  let now = 0;
  const alarms: { at: number; ring: () => void }[] = [];
  return {
    now: () => now,
    wait: (ms: number) => new Promise<void>((ring) => alarms.push({ at: now + ms, ring })),
    passMs: async (ms: number) => {
      for (const end = now + ms; now < end; now += 1) {
        alarms.filter(({ at }) => at <= now).forEach(({ ring }) => ring());
        alarms.splice(0, alarms.length, ...alarms.filter(({ at }) => at > now));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe('publishing', () => {
  it('keeps the order of calls that do not wait for each other', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    await Promise.all(someEvents(100).map((event) => realtime.publish('user/ada', [event])));
    const { ids, seqs } = await client.events(100);
    expect(ids).toEqual(someEvents(100).map(({ id }) => id));
    expect(seqs).toEqual(ids.map((_, index) => index + 1));
  });

  it('appends together what waits for one channel', async () => {
    const appends: number[] = [];
    const held = Promise.withResolvers<Batch[]>();
    const { log } = await build();
    const slowLog: Pick<ChannelLog, 'append'> = {
      append: (channel, events) => {
        appends.push(events.length);
        return appends.length === 1 ? held.promise : log.append(channel, events);
      },
    };
    const { publish } = createPublisher({
      log: slowLog,
      fanOut: { deliver: () => Promise.resolve({ settled: Promise.resolve() }) },
    });
    const published = someEvents(10).map((event) => publish('c', [event]));
    held.resolve([]);
    await Promise.all(published);
    expect(appends).toEqual([1, 9]);
  });

  it('waits with the next event for the log, and for nobody who is still being tried', async () => {
    const { log } = await build();
    const { publish } = createPublisher({
      log,
      fanOut: { deliver: () => Promise.resolve({ settled: new Promise(() => undefined) }) },
    });
    for (const event of someEvents(3)) await publish('c', [event]);
    expect(await log.head('c')).toMatchObject({ seq: 3 });
  });

  it('sends a lone event at once, and what follows in ever fewer frames while it keeps coming', async () => {
    const { now, wait, passMs } = timeOfItsOwn();
    const frames: { at: number; events: number }[] = [];
    const { publish } = createPublisher({
      log: {
        append: (_channel, events) => {
          frames.push({ at: now(), events: events.length });
          return Promise.resolve([]);
        },
      },
      fanOut: { deliver: () => Promise.resolve({ settled: Promise.resolve() }) },
      wait,
    });
    const events = someEvents(203);
    void publish('c', events.slice(0, 1));
    await passMs(500);
    expect(frames).toEqual([{ at: 0, events: 1 }]);

    // Two that come together: the second waits at most 20 ms.
    void publish('c', events.slice(1, 2));
    await passMs(5);
    void publish('c', events.slice(2, 3));
    await passMs(495);
    expect(frames.slice(1)).toEqual([
      { at: 500, events: 1 },
      { at: 520, events: 1 },
    ]);

    // 100 a second, for two seconds.
    frames.length = 0;
    for (const event of events.slice(3)) {
      void publish('c', [event]);
      await passMs(10);
    }
    await passMs(500);
    expect(frames.reduce((sum, frame) => sum + frame.events, 0)).toBe(200);
    expect(frames.length / 200).toBeLessThanOrEqual(0.2);
    void publish('c', events.slice(0, 1));
    await passMs(1);
    expect(frames.at(-1)?.at).toBe(3_500);
  });

  it('costs at most 0.2 posts an event and connection, at 100 events a second to 1,000', async () => {
    const EVENTS = 200;
    const { now: clock, wait, passMs } = timeOfItsOwn();
    const received = new Map<string, string[]>();
    let posts = 0;
    const subscribers = Array.from({ length: 1_000 }, (_, index) => {
      const connectionId = `connection-${index}`;
      received.set(connectionId, []);
      return { connectionId, channelShard: 'c#0', endpoint: 'any', expiresAt: Infinity };
    });
    const { registry } = await build();
    registry.subscribers = async function* () {
      yield await Promise.resolve(subscribers);
    };
    const logger = { warn: () => undefined, error: () => undefined };
    const shared = { registry, clock, random: seededRandom(1), logger };
    const sender = new Sender({
      client: {
        post: (_endpoint, connectionId, frame) => {
          posts += 1;
          received.get(connectionId)?.push(frame);
          return Promise.resolve('delivered');
        },
        close: () => Promise.resolve('delivered'),
      },
      // Who has to wait for a turn gets several frames as one: that shall not save any here.
      limits: { ...SENDER_LIMITS, ...postsPerSecondLimits(1_000_000_000) },
      wait,
      ...shared,
    });
    let seq = 0;
    const { publish } = createPublisher({
      log: {
        append: (_channel, events) => {
          const from = seq + 1;
          seq += events.length;
          const texts = events.map((event) => JSON.stringify(event));
          return Promise.resolve([{ epoch: 'epoch', from, to: seq, events: texts }]);
        },
      },
      fanOut: createFanOut({
        sender,
        closer: new ConnectionCloser({ sender, ...shared }),
        ...shared,
      }),
      wait,
    });
    for (const event of someEvents(EVENTS)) {
      void publish('c', [event]);
      await passMs(10);
    }
    await passMs(500);
    expect(posts / (EVENTS * subscribers.length)).toBeLessThanOrEqual(0.2);
    const [texts = [], ...others] = received.values();
    const ids = texts
      .flatMap((text) => eventsSchema.parse(JSON.parse(text)).events)
      .map(({ id }) => id);
    expect(ids).toEqual(someEvents(EVENTS).map(({ id }) => id));
    expect(new Set(others.map((other) => other.join()))).toEqual(new Set([texts.join()]));
  });

  it('delivers an event that is too large to nobody and the others to everybody', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const [first, large, last] = await Promise.allSettled([
      realtime.publish('user/ada', [anEvent('first')]),
      realtime.publish('user/ada', [anEvent('large', 40_000)]),
      realtime.publish('user/ada', [anEvent('last')]),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(last.status).toBe('fulfilled');
    expect(large.status === 'rejected' && large.reason).toBeInstanceOf(EventTooLarge);
    expect(await client.events(2)).toEqual({ ids: ['first', 'last'], seqs: [1, 2] });
  });

  it('rejects where the log cannot be reached, and a repeat puts it right', async () => {
    const tablePrefix = await dynamo.freshTables();
    const proxy = await startFaultProxy(dynamo.port);
    const realtime = await build({ tablePrefix, dynamo: dynamo.connect(proxy.port) });
    const { url } = await serve(await build({ tablePrefix }));
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    proxy.decide(() => 'refuse');
    await expect(realtime.publish('user/ada', someEvents(2))).rejects.toThrow();
    proxy.decide(() => 'pass');
    await realtime.publish('user/ada', someEvents(2));
    expect(await client.events(2)).toEqual({ ids: ['e1', 'e2'], seqs: [1, 2] });
  });

  it('delivers again what a publisher appended before it died', async () => {
    const tablePrefix = await dynamo.freshTables();
    const proxy = await startFaultProxy(dynamo.port);
    const dying = await build({ tablePrefix, dynamo: dynamo.connect(proxy.port) });
    const next = await build({ tablePrefix });
    const { url } = await serve(next);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    // Appended, and then nobody is told.
    proxy.decide(({ operation, body }) =>
      operation === 'Query' && body.includes('subscriptions') ? 'refuse' : 'pass',
    );
    await expect(dying.publish('user/ada', someEvents(3))).rejects.toThrow();
    await next.publish('user/ada', someEvents(4));
    expect(await client.events(4)).toEqual({ ids: ['e1', 'e2', 'e3', 'e4'], seqs: [1, 2, 3, 4] });
  });

  it('from several processes at once: one sequence, each event once', async () => {
    const tablePrefix = await dynamo.freshTables();
    const publishers = await Promise.all([1, 2, 3].map(() => build({ tablePrefix })));
    const [front] = publishers;
    if (front === undefined) throw new Error('no publisher');
    const { url } = await serve(front);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    await Promise.all(
      publishers.map(async ({ publish }, index) => {
        for (const event of someEvents(20, `p${index}-`)) await publish('user/ada', [event]);
      }),
    );
    const { ids, seqs } = await client.events(60);
    expect(new Set(ids).size).toBe(60);
    expect([...seqs].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  it('is not delayed by a client that does not read', async () => {
    const realtime = await build({
      senderLimits: { slowAfterMs: 20, deadlineMs: 30_000, throttleWindowMs: 30_000 },
    });
    const { url } = await serve(realtime, { bufferedBytes: 1_000 });
    const quick = await ProtocolClient.open(url, token('ada'));
    const stuck = await ProtocolClient.open(url, token('ada'));
    await quick.subscribe('user/ada');
    await stuck.subscribe('user/ada');
    stuck.socket.pause();
    const many = someEvents(400, 'e', 20_000);
    for (const event of many) await realtime.publish('user/ada', [event]);
    expect((await quick.events(400)).ids).toEqual(many.map(({ id }) => id));
    stuck.socket.terminate();
  });

  it('forgets a connection whose end nobody reported', async () => {
    const realtime = await build();
    const silent = await serve(realtime, {}, () => 1);
    const client = await ProtocolClient.open(silent.url, token('ada'));
    await client.subscribe('user/ada');
    client.socket.terminate();
    await expect.poll(() => silent.gateway.connectionCount).toBe(0);
    const { settled } = await realtime.publish('user/ada', [anEvent('a')]);
    await settled;
    for await (const page of realtime.registry.connections()) expect(page).toEqual([]);
    for await (const page of realtime.registry.subscribers('user/ada')) expect(page).toEqual([]);
  });

  it('never makes a frame of more than 32 KB', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const sizes: number[] = [];
    client.socket.on('message', (data: Buffer) => {
      sizes.push(data.length);
      eventsSchema.parse(JSON.parse(data.toString()));
    });
    await realtime.publish('user/ada', someEvents(300, 'e', 500));
    expect((await client.events(300)).ids).toHaveLength(300);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * 1024);
  });
});
