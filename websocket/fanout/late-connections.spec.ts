import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startDynalite } from '../testing/running-dynamodb.ts';
import { aBatch, framesOf, idsOf, rangesOf, startFanOut } from '../testing/running-fan-out.ts';
import { postsPerSecondLimits, SENDER_LIMITS } from './sender.ts';

const dynalite = await startDynalite();
const { lateAfterMs, slowAfterMs, deadlineMs } = SENDER_LIMITS;
/** For posts that hang as long as the test runs. */
const NEVER = { deadlineMs: 3_600_000 };

/** Whether it has settled by the next turn of the event loop. */
async function hasSettled(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), setImmediate(false)]);
}

/** Waits that end when the test rings them. */
function makeAlarms() {
  let waiting: (() => void)[] = [];
  return {
    wait: () => new Promise<void>((ring) => waiting.push(ring)),
    count: () => waiting.length,
    ringAll: () => {
      const rung = waiting;
      waiting = [];
      for (const ring of rung) ring();
    },
  };
}

describe('a late connection', () => {
  it('lets nobody wait, be there more of them than slots', async () => {
    const { subscribe, fanOut, decide, sentTo, calls, timers } = await startFanOut(dynalite, {
      ...NEVER,
      concurrency: 4,
    });
    const hanging = Array.from({ length: 12 }, (_, index) => `hanging-${index}`);
    for (const id of ['a', ...hanging, 'b']) await subscribe(id);
    decide(({ connectionId }) => (hanging.includes(connectionId) ? 'hang' : 200));
    const postsThatHang = () => calls.filter(({ connectionId }) => hanging.includes(connectionId));

    const first = await fanOut.deliver('c', [aBatch(1)]);
    for (const stuck of [4, 8, 12]) {
      await expect.poll(() => postsThatHang().length).toBe(stuck);
      timers.advance(slowAfterMs);
    }
    await expect.poll(() => [...sentTo('a'), ...sentTo('b')]).toHaveLength(2);
    expect(await hasSettled(first.settled)).toBe(false);
    timers.advance(lateAfterMs);

    // Whoever gets a frame has been tried with the one before.
    const second = await fanOut.deliver('c', [aBatch(2)]);
    await expect.poll(() => [...sentTo('a'), ...sentTo('b')]).toHaveLength(4);
    expect(await hasSettled(first.settled)).toBe(true);
    await fanOut.deliver('c', [aBatch(3)]);
    await expect.poll(() => [...sentTo('a'), ...sentTo('b')]).toHaveLength(6);
    expect(await hasSettled(second.settled)).toBe(true);
    for (const id of ['a', 'b']) expect(idsOf(sentTo(id))).toEqual(['e1', 'e2', 'e3']);
    for (const id of hanging) expect(sentTo(id)).toHaveLength(1);
  });

  it('goes on where it was when it takes frames again, and is waited for again', async () => {
    const { subscribe, fanOut, decide, sentTo, calls, timers } = await startFanOut(dynalite, NEVER);
    await subscribe('slow');
    const held = [Promise.withResolvers<200>(), Promise.withResolvers<200>()];
    decide(() => held[calls.length === 1 ? 0 : 1]?.promise ?? 200);
    const first = await fanOut.deliver('c', [aBatch(1)]);
    await expect.poll(() => calls.length).toBe(1);
    const second = await fanOut.deliver('c', [aBatch(2)]);
    expect(await hasSettled(second.settled)).toBe(false);
    timers.advance(lateAfterMs);
    for (const { settled } of [first, second]) expect(await hasSettled(settled)).toBe(true);

    held[0]?.resolve(200);
    await expect.poll(() => idsOf(sentTo('slow'))).toEqual(['e1', 'e2']);
    const third = await fanOut.deliver('c', [aBatch(3)]);
    expect(await hasSettled(third.settled)).toBe(false);
    held[1]?.resolve(200);
    await third.settled;
    expect(idsOf(sentTo('slow'))).toEqual(['e1', 'e2', 'e3']);
  });

  it('is not waited for with a new post either, until it has taken one', async () => {
    const { subscribe, fanOut, deliver, decide, sentTo, givenUp, timers } = await startFanOut(
      dynalite,
      { attempts: 1 },
    );
    await subscribe('slow');
    decide(() => 'hang');
    const first = await fanOut.deliver('c', [aBatch(1)]);
    await expect.poll(() => sentTo('slow').length).toBe(1);
    timers.advance(deadlineMs);
    await first.settled;
    await expect.poll(givenUp).toBe(1);

    const second = await fanOut.deliver('c', [aBatch(2)]);
    await expect.poll(() => sentTo('slow').length).toBe(2);
    expect(await hasSettled(second.settled)).toBe(true);
    timers.advance(deadlineMs);
    await expect.poll(givenUp).toBe(2);
    decide(() => 200);
    await deliver(aBatch(3));
    await expect.poll(() => rangesOf(sentTo('slow')).at(-1)).toEqual([3, 3]);

    const held = Promise.withResolvers<200>();
    decide(() => held.promise);
    const fourth = await fanOut.deliver('c', [aBatch(4)]);
    await expect.poll(() => rangesOf(sentTo('slow')).at(-1)).toEqual([4, 4]);
    expect(await hasSettled(fourth.settled)).toBe(false);
    held.resolve(200);
    await fourth.settled;
  });

  it('is nobody whose turn has not come, however long others take', async () => {
    const alarms = makeAlarms();
    const { subscribe, fanOut, sentTo, calls, timers } = await startFanOut(
      dynalite,
      { postsPerSecond: 100, postsBurst: 1, concurrency: 2 },
      { wait: alarms.wait },
    );
    const ids = Array.from({ length: 40 }, (_, index) => `connection-${index}`);
    await Promise.all(ids.map((id) => subscribe(id)));
    const deliveries = [];
    for (let seq = 1; seq <= 3; seq += 1) deliveries.push(await fanOut.deliver('c', [aBatch(seq)]));
    await expect.poll(() => calls.length).toBe(1);
    timers.advance(2 * lateAfterMs);
    for (const { settled } of deliveries) expect(await hasSettled(settled)).toBe(false);
    await expect
      .poll(() => {
        alarms.ringAll();
        return ids.filter((id) => idsOf(sentTo(id)).length < deliveries.length);
      })
      .toEqual([]);
    await Promise.all(deliveries.map(({ settled }) => settled));
  });

  it('costs few posts, be it stalled, throttled or dead: 30 of 1,000, of whom nobody else misses any', async () => {
    const EVENTS = 10;
    // Throttled connections are tried again in a time of the test's own.
    let now = 0;
    const alarms: { at: number; ring: () => void }[] = [];
    const { subscribe, fanOut, deliver, decide, calls, sentTo, registry, timers } =
      await startFanOut(
        dynalite,
        { ...NEVER, throttleWindowMs: 2_000, ...postsPerSecondLimits(1_000_000_000) },
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
    const first = await fanOut.deliver('c', [aBatch(1)]);
    await expect.poll(() => calls.length).toBe(ids.length);
    timers.advance(lateAfterMs);
    await first.settled;
    await expect.poll(isDeadKnown).toBe(false);
    for (let event = 2; event <= EVENTS; event += 1) await deliver(aBatch(event));
    const seenBy = (id: string) => framesOf(sentTo(id)).flatMap(({ events }) => events);
    await expect.poll(() => well.filter((id) => seenBy(id).length < EVENTS)).toEqual([]);
    const all = Array.from({ length: EVENTS }, (_, index) => `e${index + 1}`);
    for (const id of well) expect(seenBy(id).map((event) => event.id)).toEqual(all);

    const postsTo = (some: readonly string[]) =>
      calls.filter(({ connectionId }) => some.includes(connectionId)).length;
    expect(postsTo(dead)).toBe(dead.length);
    expect(postsTo(stalled)).toBe(stalled.length);

    // The first event, and all the others as one frame: in a window each is tried again seven times.
    for (let retry = 0; retry < 14; retry += 1) {
      await expect.poll(() => alarms.length).toBe(throttled.length);
      now = Math.max(...alarms.map(({ at }) => at));
      for (const { ring } of alarms.splice(0)) ring();
    }
    await expect.poll(() => postsTo(throttled)).toBe(16 * throttled.length);
    decide(() => 200);
    await deliver(aBatch(EVENTS + 1));
    for (const id of throttled) {
      await expect
        .poll(() => rangesOf(sentTo(id)))
        .toEqual([
          ...Array.from({ length: 8 }, () => [1, 1]),
          ...Array.from({ length: 8 }, () => [2, EVENTS]),
          [EVENTS + 1, EVENTS + 1],
        ]);
    }
    expect(postsTo(dead)).toBe(dead.length);
    expect(postsTo(stalled)).toBe(stalled.length);
  });
});
