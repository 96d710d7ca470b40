import { EventTooLarge } from '@ordercast/websocket/channel-log/event-too-large.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { describe, expect, it } from 'vitest';
import { createChannelLane } from './channel-lane.ts';
import type { Entry } from './entry.ts';

function anEntry(id: string): Entry {
  return {
    id,
    channels: ['all'],
    event: { specversion: '1.0', id, type: 'order.placed', source: '/orders', time: '', data: {} },
    traceparent: null,
    abandonedBecause: undefined,
  };
}

/** A lane whose publishes fail while `fault` gives an error for them. */
function startLane(random: () => number = () => 1) {
  const waits = new ManualWaits();
  const batches: string[][] = [];
  const state: { fault: (ids: readonly string[]) => Error | undefined } = {
    fault: () => undefined,
  };
  const done: string[] = [];
  const lane = createChannelLane('all', {
    publish: (_channel, events) => {
      const ids = events.map(({ id }) => id);
      const error = state.fault(ids);
      if (error !== undefined) return Promise.reject(error);
      batches.push(ids);
      return Promise.resolve({ settled: Promise.resolve() });
    },
    mayPublish: () => Promise.resolve(true),
    inSlot: (work) => work(),
    onDone: ({ id }) => done.push(id),
    onFailure: () => undefined,
    onUnencodable: (entry) => (entry.event = { ...entry.event, id: `tombstone of ${entry.id}` }),
    onIdle: () => undefined,
    wait: (ms) => waits.wait(ms),
    random,
  });
  const push = (...ids: string[]) => ids.forEach((id) => lane.push(anEntry(id)));
  return { lane, push, waits, batches, done, state };
}

describe("a channel's lane", () => {
  it('waits longer after each failure, up to five seconds, and not long again after a success', async () => {
    const { lane, push, waits, done, state } = startLane();
    state.fault = () => new Error('throttled');
    push('first');
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    for (let failures = 2; failures <= 8; failures++) {
      waits.ring();
      await expect.poll(() => waits.askedMs).toHaveLength(failures);
    }
    expect(waits.askedMs).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    state.fault = () => undefined;
    waits.ring();
    await expect.poll(() => done).toEqual(['first']);

    state.fault = () => new Error('throttled');
    push('second');
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    expect(waits.askedMs.at(-1)).toBe(100);
    state.fault = () => undefined;
    waits.ring();
    await lane.idle();
    expect(done).toEqual(['first', 'second']);
  });

  it('waits half of that at least, so that lanes which failed together part', async () => {
    const { lane, push, waits, state } = startLane(() => 0);
    state.fault = () => new Error('throttled');
    push('first');
    await expect.poll(() => waits.pendingMs).toHaveLength(1);
    expect(waits.pendingMs).toEqual([50]);
    state.fault = () => undefined;
    waits.ring();
    await lane.idle();
  });

  it('looks for the one that cannot be carried alone, and publishes together again after it', async () => {
    const { lane, push, batches, done, state } = startLane();
    const tooLarge = new EventTooLarge('e', 40_000, 32_000);
    state.fault = (ids) => (ids.includes('huge') ? tooLarge : undefined);
    push('first', 'huge', 'third', 'fourth', 'fifth');
    await lane.idle();
    expect(batches).toEqual([['first'], ['tombstone of huge'], ['third', 'fourth', 'fifth']]);
    expect(done).toEqual(['first', 'huge', 'third', 'fourth', 'fifth']);
  });
});
