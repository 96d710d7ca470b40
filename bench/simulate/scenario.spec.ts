import { describe, expect, it } from 'vitest';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { DEFAULT_QUOTAS } from './assumptions.ts';
import { simulatePosts } from './post-queue.ts';
import { forecast } from './scenario.ts';
import type { Scenario } from './scenario.ts';

function aScenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    connections: 10_000,
    staff: 20,
    orderEventsPerSecond: 20,
    devices: 1,
    workers: 8,
    staffBy: 'relay',
    shards: 8,
    announcementsPerHour: 1,
    failing: 0.01,
    quotas: DEFAULT_QUOTAS,
    random: seededRandom(1),
    ...changes,
  };
}

describe('a queue of posts', () => {
  it('is held to the rate after the burst', () => {
    const limits = { perSecond: 100, burst: 10, concurrency: 1_000 };
    const ends = simulatePosts(new Float64Array(110), limits, () => 0);
    expect(ends[9]).toBeCloseTo(0, 6);
    expect(ends[10]).toBeCloseTo(10, 6);
    expect(ends[109]).toBeCloseTo(1_000, 6);
  });

  it('is held to the posts in flight', () => {
    const limits = { perSecond: 1e6, burst: 1e6, concurrency: 4 };
    const ends = simulatePosts(new Float64Array(12), limits, () => 50);
    expect([...ends]).toEqual([50, 50, 50, 50, 100, 100, 100, 100, 150, 150, 150, 150]);
  });

  it('forgets a quiet time beyond the burst', () => {
    const limits = { perSecond: 10, burst: 2, concurrency: 100 };
    const ends = simulatePosts(
      Float64Array.from([0, 0, 0, 10_000, 10_000, 10_000]),
      limits,
      () => 0,
    );
    expect([...ends].map(Math.round)).toEqual([0, 0, 100, 10_000, 10_000, 10_100]);
  });
});

describe('a forecast', () => {
  it('says that an announcement to 100,000 takes at least ten seconds, as the quota does', () => {
    const { announcement } = forecast(aScenario({ connections: 100_000 }));
    const least = (100_000 - DEFAULT_QUOTAS.postsBurst) / DEFAULT_QUOTAS.postsPerSecond;
    expect((announcement?.lastMs ?? 0) / 1000).toBeGreaterThan(least);
    expect((announcement?.lastMs ?? 0) / 1000).toBeLessThan(least * 1.3);
  });

  it('says that too few workers make an announcement slow, and that failing posts do', () => {
    const lastMs = (changes: Partial<Scenario>) =>
      forecast(aScenario(changes)).announcement?.lastMs ?? Infinity;
    expect(lastMs({ workers: 1 })).toBeGreaterThan(2 * lastMs({ workers: 4 }));
    expect(lastMs({ failing: 0.5 })).toBeGreaterThan(1.2 * lastMs({ failing: 0 }));
    // More workers than there are messages help nobody.
    expect(lastMs({ workers: 100, shards: 1 })).toBeCloseTo(lastMs({ workers: 1, shards: 1 }), -3);
  });

  it('is the same for the same seed', () => {
    const run = () => forecast(aScenario({ random: seededRandom(7) }));
    expect(run()).toEqual(run());
  });

  it('says which quota binds, and that beyond it nothing catches up', () => {
    const million = {
      connections: 1_000_000,
      staff: 1_000,
      orderEventsPerSecond: 2_000,
      workers: 80,
      shards: 250,
      staffBy: 'workers' as const,
    };
    const many = forecast(aScenario(million));
    expect(many.firstToBind).toBe('postsPerSecond');
    expect(many.use.postsPerSecond).toBeGreaterThan(1);
    expect(many.orderEvent).toBeUndefined();
    const quotas = { ...DEFAULT_QUOTAS, postsPerSecond: 40_000, postsBurst: 20_000 };
    expect(forecast(aScenario({ ...million, quotas })).orderEvent?.p99Ms).toBeLessThan(1_000);
    const byRelay = forecast(aScenario({ ...million, quotas, staffBy: 'relay' }));
    expect(byRelay.firstToBind).toBe('relayCpu');
    expect(byRelay.orderEvent).toBeUndefined();
    const idle = forecast(
      aScenario({ connections: 1_000_000, staff: 20, orderEventsPerSecond: 1 }),
    );
    expect(idle.reconnectAllS).toBe(2_000);
    expect(idle.use.newConnectionsPerSecond).toBeGreaterThan(0.2);
  });

  it('costs more for more connections, more events and more staff', () => {
    const price = (changes: Partial<Scenario>) => forecast(aScenario(changes)).dollarsAnHour;
    expect(price({ connections: 20_000 })).toBeGreaterThan(price({}));
    expect(price({ orderEventsPerSecond: 40 })).toBeGreaterThan(price({}));
    expect(price({ staff: 200 })).toBeGreaterThan(price({}));
  });
});
