import { describe, expect, it } from 'vitest';
import { startDynalite } from '../testing/running-dynamodb.ts';
import { aBatch, framesOf, rangesOf, startFanOut } from '../testing/running-fan-out.ts';

const dynalite = await startDynalite();

describe('fan-out', () => {
  it('sends a frame to each subscriber, and to nobody else', async () => {
    const { subscribe, deliver, calls, sentTo, registry } = await startFanOut(dynalite);
    for (const id of ['a', 'b', 'c']) await subscribe(id);
    await registry.unsubscribe('b', 'c');
    await deliver(aBatch(1, 2));
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
    const { subscribe, fanOut, decide, sentTo, calls } = await startFanOut(dynalite);
    await subscribe('a');
    const held = Promise.withResolvers<200>();
    decide(() => (calls.length === 1 ? held.promise : 200));
    const deliveries = [];
    for (let seq = 1; seq <= 20; seq += 1)
      deliveries.push(await fanOut.deliver('c', [aBatch(seq)]));
    await expect.poll(() => calls.length).toBe(1);
    held.resolve(200);
    await Promise.all(deliveries.map(({ settled }) => settled));
    await expect
      .poll(() => rangesOf(sentTo('a')))
      .toEqual([
        [1, 1],
        [2, 20],
      ]);
  });

  it('posts one frame after another to each, though forgetting somebody who is gone takes long', async () => {
    const forgotten = Promise.withResolvers<undefined>();
    const { subscribe, fanOut, decide, sentTo, registry } = await startFanOut(dynalite);
    const remove = registry.remove.bind(registry);
    registry.remove = async (...args) => {
      await forgotten.promise;
      await remove(...args);
    };
    await subscribe('gone');
    await subscribe('a');
    const held = Promise.withResolvers<200>();
    decide(({ connectionId }) => (connectionId === 'gone' ? 410 : 200));
    await fanOut.deliver('c', [aBatch(1)]);
    await expect.poll(() => rangesOf(sentTo('a'))).toEqual([[1, 1]]);
    decide(({ connectionId }) => (connectionId === 'a' ? held.promise : 200));
    await fanOut.deliver('c', [aBatch(2)]);
    await expect.poll(() => rangesOf(sentTo('a'))).toHaveLength(2);
    forgotten.resolve(undefined);
    await expect.poll(() => registry.get('gone')).toBeUndefined();
    await subscribe('b');
    const third = await fanOut.deliver('c', [aBatch(3)]);
    const fourth = await fanOut.deliver('c', [aBatch(4)]);
    await expect.poll(() => rangesOf(sentTo('b')).at(-1)?.[1]).toBe(4);
    // The second is still under way: the others wait for it.
    expect(rangesOf(sentTo('a'))).toEqual([
      [1, 1],
      [2, 2],
    ]);
    held.resolve(200);
    await Promise.all([third.settled, fourth.settled]);
    expect(rangesOf(sentTo('a'))).toEqual([
      [1, 1],
      [2, 2],
      [3, 4],
    ]);
  });

  it('says of each event that everybody has been tried with it, though more of them follow', async () => {
    const { subscribe, fanOut, decide, sentTo } = await startFanOut(dynalite);
    await subscribe('a');
    const held = [Promise.withResolvers<200>(), Promise.withResolvers<200>()];
    const posts = [...held];
    decide(() => posts.shift()?.promise ?? 200);
    const first = await fanOut.deliver('c', [aBatch(1)]);
    const second = await fanOut.deliver('c', [aBatch(2)]);
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
    const { subscribe, fanOut, decide, sentTo, calls } = await startFanOut(dynalite);
    await subscribe('a');
    const held = Promise.withResolvers<200>();
    decide(() => (calls.length === 1 ? held.promise : 200));
    await fanOut.deliver('c', [aBatch(1)]);
    const many = Array.from({ length: 300 }, (_, index) => aBatch(index + 2));
    const { settled } = await fanOut.deliver('c', many);
    held.resolve(200);
    await settled;
    const ids = framesOf(sentTo('a')).flatMap(({ events }) => events.map(({ id }) => id));
    const newest = Array.from({ length: 256 }, (_, index) => `e${index + 46}`);
    expect(ids).toEqual(['e1', ...newest]);
  });

  it('joins neither what does not follow on nor what fits no frame', async () => {
    const { subscribe, deliver, sentTo } = await startFanOut(dynalite);
    await subscribe('a');
    await deliver(aBatch(1), aBatch(3), aBatch(4, 4, 20_000), aBatch(5, 5, 20_000), aBatch(6), {
      ...aBatch(7),
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

  it('sends nothing more of a round after a frame that was not taken', async () => {
    const { subscribe, fanOut, decide, sentTo } = await startFanOut(dynalite, { attempts: 1 });
    await subscribe('a');
    const held = Promise.withResolvers<500>();
    decide(() => held.promise);
    await fanOut.deliver('c', [aBatch(1)]);
    // Each fits a frame alone.
    for (let seq = 2; seq <= 20; seq += 1) await fanOut.deliver('c', [aBatch(seq, seq, 30_000)]);
    held.resolve(500);
    await expect.poll(() => sentTo('a').length).toBe(2);
    decide(() => 200);
    const { settled } = await fanOut.deliver('c', [aBatch(21)]);
    await settled;
    await expect.poll(() => rangesOf(sentTo('a')).at(-1)).toEqual([21, 21]);
    expect(sentTo('a').length).toBeLessThanOrEqual(4);
  });

  it('forgets a connection that is gone, with all its subscriptions', async () => {
    const { subscribe, deliver, decide, registry, calls } = await startFanOut(dynalite);
    await subscribe('gone');
    await registry.subscribe('gone', 'other');
    decide(() => 410);
    await deliver(aBatch(1));
    expect(await registry.get('gone')).toBeUndefined();
    await deliver(aBatch(2));
    expect(calls).toHaveLength(1);
    for await (const page of registry.subscribers('other')) expect(page).toEqual([]);
  });

  it('forgets nobody while the right to post is missing, and posts when it is there', async () => {
    const { subscribe, deliver, decide, registry, sentTo, calls } = await startFanOut(dynalite, {
      attempts: 1,
    });
    await subscribe('a');
    decide(() => 403);
    await deliver(aBatch(1));
    await expect.poll(() => calls.length).toBe(1);
    decide(() => 200);
    await deliver(aBatch(2));
    await expect.poll(() => rangesOf(sentTo('a')).at(-1)).toEqual([2, 2]);
    expect(await registry.get('a')).toMatchObject({ channels: ['c'] });
  });

  it('sends nothing to a connection whose token has expired, and ends it', async () => {
    const { subscribe, deliver, registry, calls, timers } = await startFanOut(dynalite);
    await subscribe('late', timers.now);
    await deliver(aBatch(1));
    await expect.poll(() => registry.get('late')).toBeUndefined();
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      type: 'closing',
      reason: 'token_expired',
    });
  });
});
