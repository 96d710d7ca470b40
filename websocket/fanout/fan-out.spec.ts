import { eventsSchema } from '@ordercast/protocol/server-message.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Batch } from '../channel-log/channel-log.ts';
import { DynamoConnectionRegistry } from '../connections/dynamo-connection-registry.ts';
import { startDynalite } from '../testing/running-dynalite.ts';
import { ConnectionCloser } from './connection-closer.ts';
import { createFanOut } from './fan-out.ts';
import { startEndpoint } from '../testing/running-endpoint.ts';
import { SignedConnectionClient } from './signed-connection-client.ts';
import type { SenderLimits, SenderOptions } from './sender.ts';
import { postsPerSecondLimits, Sender, SENDER_LIMITS } from './sender.ts';

const PATIENT = { timeout: 30_000 };
/** For the test that makes 1,000 connections. */
const LONG = { timeout: 120_000 };

const dynalite = await startDynalite();

async function makeBed(
  limits: Partial<SenderLimits> = {},
  changed: Partial<Pick<SenderOptions, 'clock' | 'random' | 'wait'>> = {},
) {
  const at = await startEndpoint();
  const prefix = await dynalite.freshTables();
  const registry = new DynamoConnectionRegistry({
    client: dynalite.client,
    connectionsTable: `${prefix}connections`,
    subscriptionsTable: `${prefix}subscriptions`,
    shardsOf: () => 2,
    maxSubscriptions: 50,
    clock: Date.now,
  });
  const logger = { warn: () => undefined, error: () => undefined };
  const client = new SignedConnectionClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxSockets: 64,
    logger,
  });
  onTestFinished(() => client.destroy());
  const shared = { registry, clock: Date.now, random: Math.random, logger };
  const sender = new Sender({
    client,
    limits: { ...SENDER_LIMITS, slowAfterMs: 50, lateAfterMs: 100, ...limits },
    ...shared,
    ...changed,
  });
  const closer = new ConnectionCloser({ sender, ...shared });
  const fanOut = createFanOut({ sender, closer, ...shared });
  const subscribe = async (connectionId: string, expiresAt = Date.now() + 3_600_000) => {
    await registry.connect({
      connectionId,
      expiresAt,
      endpoint: at.endpoint,
      sub: 'ada',
      groups: [],
      connectedAt: Date.now(),
    });
    await registry.subscribe(connectionId, 'c');
  };
  const deliver = async (...batches: Batch[]) => {
    await (
      await fanOut.deliver('c', batches)
    ).settled;
  };
  return { ...at, registry, fanOut, subscribe, deliver };
}

function batch(from: number, to = from, padding = 0): Batch {
  const events = Array.from({ length: to - from + 1 }, (_, index) => {
    const event = { specversion: '1.0', id: `e${from + index}`, type: 't', source: '/s', time: '' };
    return JSON.stringify({ ...event, data: 'x'.repeat(padding) });
  });
  return { epoch: 'epoch', from, to, events };
}

function framesOf(texts: readonly string[]) {
  return texts.map((text) => eventsSchema.parse(JSON.parse(text)));
}

const rangesOf = (texts: readonly string[]) => framesOf(texts).map(({ from, to }) => [from, to]);

describe('fan-out', () => {
  it('sends a frame to each subscriber, and to nobody else', async () => {
    const { subscribe, deliver, calls, sentTo, registry } = await makeBed();
    for (const id of ['a', 'b', 'c']) await subscribe(id);
    await registry.unsubscribe('b', 'c');
    await deliver(batch(1, 2));
    expect(calls).toHaveLength(2);
    expect(framesOf(sentTo('a'))).toMatchObject([
      {
        type: 'events',
        channel: 'c',
        epoch: 'epoch',
        from: 1,
        to: 2,
        events: [{ id: 'e1' }, { id: 'e2' }],
      },
    ]);
  });

  it('sends what waits for a connection as one frame', async () => {
    const { subscribe, fanOut, decide, sentTo, calls } = await makeBed();
    await subscribe('a');
    const held = Promise.withResolvers<200>();
    decide(() => (calls.length === 1 ? held.promise : 200));
    const deliveries = [];
    for (let seq = 1; seq <= 20; seq += 1) deliveries.push(await fanOut.deliver('c', [batch(seq)]));
    await expect.poll(() => calls.length, PATIENT).toBe(1);
    held.resolve(200);
    await Promise.all(deliveries.map(({ settled }) => settled));
    await expect
      .poll(() => rangesOf(sentTo('a')), PATIENT)
      .toEqual([
        [1, 1],
        [2, 20],
      ]);
  });

  it('posts one frame after another to each, though forgetting somebody who is gone takes long', async () => {
    const forgotten = Promise.withResolvers<undefined>();
    const { subscribe, fanOut, deliver, decide, sentTo, registry } = await makeBed();
    const remove = registry.remove.bind(registry);
    registry.remove = async (...args) => {
      await forgotten.promise;
      await remove(...args);
    };
    await subscribe('gone');
    await subscribe('a');
    const held = Promise.withResolvers<200>();
    decide(({ connectionId }) => (connectionId === 'gone' ? 410 : 200));
    await fanOut.deliver('c', [batch(1)]);
    await expect.poll(() => rangesOf(sentTo('a')), PATIENT).toEqual([[1, 1]]);
    decide(({ connectionId }) => (connectionId === 'gone' ? 410 : held.promise));
    await fanOut.deliver('c', [batch(2)]);
    await expect.poll(() => rangesOf(sentTo('a')), PATIENT).toHaveLength(2);
    forgotten.resolve(undefined);
    await expect.poll(() => registry.get('gone'), PATIENT).toBeUndefined();
    const third = deliver(batch(3));
    await new Promise((resolve) => setTimeout(resolve, 100));
    // The second is still under way: the third waits for it.
    expect(rangesOf(sentTo('a'))).toEqual([
      [1, 1],
      [2, 2],
    ]);
    held.resolve(200);
    await third;
    await expect.poll(() => rangesOf(sentTo('a')), PATIENT).toHaveLength(3);
  });

  it('says of each event that everybody has been tried with it, though more of them follow', async () => {
    // Nothing but the posts' own ends may tell.
    const never = 2 * PATIENT.timeout;
    const limits = { deadlineMs: never, slowAfterMs: never, lateAfterMs: never };
    const { subscribe, fanOut, decide, sentTo } = await makeBed(limits);
    await subscribe('a');
    const held = [Promise.withResolvers<200>(), Promise.withResolvers<200>()];
    const posts = [...held];
    decide(() => posts.shift()?.promise ?? 200);
    const first = await fanOut.deliver('c', [batch(1)]);
    const second = await fanOut.deliver('c', [batch(2)]);
    let isSecondTried = false;
    void second.settled.then(() => (isSecondTried = true));
    held[0]?.resolve(200);
    await first.settled;
    expect(isSecondTried).toBe(false);
    held[1]?.resolve(200);
    await second.settled;
    expect(rangesOf(sentTo('a'))).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('keeps the newest 256 batches for a connection that is far behind', async () => {
    const never = 2 * PATIENT.timeout;
    const limits = { deadlineMs: never, slowAfterMs: never, lateAfterMs: never };
    const { subscribe, fanOut, decide, sentTo, calls } = await makeBed(limits);
    await subscribe('a');
    const held = Promise.withResolvers<200>();
    decide(() => (calls.length === 1 ? held.promise : 200));
    await fanOut.deliver('c', [batch(1)]);
    const many = Array.from({ length: 300 }, (_, index) => batch(index + 2));
    const { settled } = await fanOut.deliver('c', many);
    held.resolve(200);
    await settled;
    const ids = framesOf(sentTo('a')).flatMap(({ events }) => events.map(({ id }) => id));
    const newest = Array.from({ length: 256 }, (_, index) => `e${index + 46}`);
    expect(ids).toEqual(['e1', ...newest]);
  });

  it('joins neither what does not follow on nor what fits no frame', async () => {
    const { subscribe, deliver, sentTo } = await makeBed();
    await subscribe('a');
    await deliver(batch(1), batch(3), batch(4, 4, 20_000), batch(5, 5, 20_000), batch(6), {
      ...batch(7),
      epoch: 'later',
    });
    expect(rangesOf(sentTo('a'))).toEqual([
      [1, 1],
      [3, 4],
      [5, 6],
      [7, 7],
    ]);
    for (const text of sentTo('a')) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32_768);
  });

  it('lets nobody wait for connections that hang, be they more than there are slots', async () => {
    const { subscribe, deliver, decide, sentTo } = await makeBed({
      deadlineMs: 2 * PATIENT.timeout,
      concurrency: 4,
    });
    const hanging = Array.from({ length: 12 }, (_, index) => `hanging-${index}`);
    for (const id of ['a', ...hanging, 'b']) await subscribe(id);
    decide(({ connectionId }) => (hanging.includes(connectionId) ? 'hang' : 200));
    for (let seq = 1; seq <= 3; seq += 1) await deliver(batch(seq));
    expect(rangesOf(sentTo('a'))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(sentTo('b')).toHaveLength(3);
    for (const id of hanging) expect(sentTo(id)).toHaveLength(1);
  });

  it('waits for all whose turn has not come, however long others take', async () => {
    const { subscribe, fanOut, sentTo } = await makeBed({
      postsPerSecond: 100,
      postsBurst: 1,
      concurrency: 2,
    });
    const ids = Array.from({ length: 40 }, (_, index) => `connection-${index}`);
    await Promise.all(ids.map((id) => subscribe(id)));
    const deliveries = [];
    for (let seq = 1; seq <= 3; seq += 1) deliveries.push(await fanOut.deliver('c', [batch(seq)]));
    for (const [index, { settled }] of deliveries.entries()) {
      await settled;
      const behind = ids.filter((id) => (rangesOf(sentTo(id)).at(-1)?.[1] ?? 0) < index + 1);
      expect(behind).toEqual([]);
    }
  });

  it('sends nothing more of a round after a frame that was not taken', async () => {
    const { subscribe, fanOut, decide, sentTo } = await makeBed({ attempts: 1 });
    await subscribe('a');
    const held = Promise.withResolvers<500>();
    decide(() => held.promise);
    await fanOut.deliver('c', [batch(1)]);
    // Each fits a frame alone.
    for (let seq = 2; seq <= 20; seq += 1) await fanOut.deliver('c', [batch(seq, seq, 30_000)]);
    held.resolve(500);
    await expect.poll(() => sentTo('a').length, PATIENT).toBe(2);
    decide(() => 200);
    const { settled } = await fanOut.deliver('c', [batch(21)]);
    await settled;
    await expect.poll(() => rangesOf(sentTo('a')).at(-1), PATIENT).toEqual([21, 21]);
    expect(sentTo('a').length).toBeLessThanOrEqual(4);
  });

  it('goes on with a slow connection when it takes frames again', async () => {
    const { subscribe, deliver, decide, sentTo, calls } = await makeBed();
    await subscribe('slow');
    const held = Promise.withResolvers<200>();
    decide(() => (calls.length === 1 ? held.promise : 200));
    await deliver(batch(1));
    await deliver(batch(2));
    held.resolve(200);
    await deliver(batch(3));
    await expect.poll(() => rangesOf(sentTo('slow')).at(-1)?.[1], PATIENT).toBe(3);
    const seqs = framesOf(sentTo('slow')).flatMap(({ events }) => events.map(({ id }) => id));
    expect(seqs).toEqual(['e1', 'e2', 'e3']);
  });

  it('spends few posts on 30 of 1,000 who stall or are dead, and misses nobody', LONG, async () => {
    const EVENTS = 10;
    // Throttled connections are tried again in a time of the test's own.
    let now = 0;
    const alarms: { at: number; ring: () => void }[] = [];
    const { subscribe, deliver, decide, calls, sentTo, registry } = await makeBed(
      {
        deadlineMs: 2 * LONG.timeout,
        throttleWindowMs: 2_000,
        ...postsPerSecondLimits(1_000_000_000),
      },
      {
        clock: () => now,
        random: () => 1,
        wait: (ms) => new Promise((ring) => alarms.push({ at: now + ms, ring })),
      },
    );
    const ids = Array.from({ length: 1_000 }, (_, index) => `connection-${index}`);
    const [stalled, throttled, dead] = [ids.slice(0, 10), ids.slice(10, 20), ids.slice(20, 30)];
    const well = ids.slice(30);
    for (let start = 0; start < ids.length; start += 50) {
      await Promise.all(ids.slice(start, start + 50).map((id) => subscribe(id)));
    }
    decide(({ connectionId }) => {
      if (stalled.includes(connectionId)) return 'hang';
      if (throttled.includes(connectionId)) return 429;
      return dead.includes(connectionId) ? 410 : 200;
    });
    const isDeadKnown = async () => {
      const known: string[] = [];
      for await (const page of registry.subscribers('c')) {
        known.push(...page.map(({ connectionId }) => connectionId));
      }
      return dead.some((id) => known.includes(id));
    };
    await deliver(batch(1));
    await expect.poll(isDeadKnown, PATIENT).toBe(false);
    for (let event = 2; event <= EVENTS; event += 1) await deliver(batch(event));
    const seenBy = (id: string) => framesOf(sentTo(id)).flatMap(({ events }) => events);
    await expect.poll(() => well.filter((id) => seenBy(id).length < EVENTS), PATIENT).toEqual([]);
    const all = Array.from({ length: EVENTS }, (_, index) => `e${index + 1}`);
    for (const id of well) expect(seenBy(id).map((event) => event.id)).toEqual(all);

    const postsTo = (some: readonly string[]) =>
      calls.filter(({ connectionId }) => some.includes(connectionId)).length;
    expect(postsTo(dead)).toBe(dead.length);
    expect(postsTo(stalled)).toBe(stalled.length);

    // The first event, and all the others as one frame: in a window each is tried again seven times.
    for (let retry = 0; retry < 14; retry += 1) {
      await expect.poll(() => alarms.length, PATIENT).toBe(throttled.length);
      now = Math.max(...alarms.map(({ at }) => at));
      for (const { ring } of alarms.splice(0)) ring();
    }
    await expect.poll(() => postsTo(throttled), PATIENT).toBe(16 * throttled.length);
    decide(() => 200);
    await deliver(batch(EVENTS + 1));
    for (const id of throttled) {
      await expect
        .poll(() => rangesOf(sentTo(id)), PATIENT)
        .toEqual([
          ...Array.from({ length: 8 }, () => [1, 1]),
          ...Array.from({ length: 8 }, () => [2, EVENTS]),
          [EVENTS + 1, EVENTS + 1],
        ]);
    }
    expect(postsTo(dead)).toBe(dead.length);
    expect(postsTo(stalled)).toBe(stalled.length);
  });

  it('forgets a connection that is gone, with all its subscriptions', async () => {
    const { subscribe, deliver, decide, registry, calls } = await makeBed();
    await subscribe('gone');
    await registry.subscribe('gone', 'other');
    decide(() => 410);
    await deliver(batch(1));
    expect(await registry.get('gone')).toBeUndefined();
    await deliver(batch(2));
    expect(calls).toHaveLength(1);
    for await (const page of registry.subscribers('other')) expect(page).toEqual([]);
  });

  it('forgets nobody while the right to post is missing, and posts when it is there', async () => {
    const { subscribe, deliver, decide, registry, sentTo, calls } = await makeBed({ attempts: 1 });
    await subscribe('a');
    decide(() => 403);
    await deliver(batch(1));
    await expect.poll(() => calls.length, PATIENT).toBe(1);
    decide(() => 200);
    await deliver(batch(2));
    await expect.poll(() => rangesOf(sentTo('a')).at(-1), PATIENT).toEqual([2, 2]);
    expect(await registry.get('a')).toMatchObject({ channels: ['c'] });
  });

  it('sends nothing to a connection whose token has expired, and ends it', async () => {
    const { subscribe, deliver, registry, calls } = await makeBed();
    await subscribe('late', Date.now() - 1);
    await deliver(batch(1));
    await expect.poll(() => registry.get('late'), PATIENT).toBeUndefined();
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      type: 'closing',
      reason: 'token_expired',
    });
  });
});
