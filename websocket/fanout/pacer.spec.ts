import { describe, expect, it } from 'vitest';
import { Pacer } from './pacer.ts';

describe('Pacer', () => {
  it('lets a burst through at once and the rest one after another', async () => {
    const now = Date.now();
    // The clock stands still: what comes after the burst waits for its turn's distance.
    const pacer = new Pacer({ perSecond: 100, burst: 3, clock: () => now });
    const order: string[] = [];
    const turns = ['a', 'b', 'c', 'late', 'later'].map(async (name) => {
      await pacer.turn();
      order.push(name);
    });
    await Promise.all(turns.slice(0, 3));
    expect(order).toEqual(['a', 'b', 'c']);
    await Promise.all(turns);
    expect(order).toEqual(['a', 'b', 'c', 'late', 'later']);
  });

  it('lets each who comes after the burst wait one step longer than the one before', async () => {
    const waits: number[] = [];
    const pacer = new Pacer({
      perSecond: 100,
      burst: 3,
      clock: () => 0,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
    for (let turn = 0; turn < 6; turn += 1) await pacer.turn();
    expect(waits).toEqual([10, 20, 30]);
  });

  it('fills up again in quiet times, and not beyond the burst', async () => {
    let now = 0;
    const pacer = new Pacer({ perSecond: 1, burst: 2, clock: () => now });
    await pacer.turn();
    await pacer.turn();
    now = 3_600_000;
    await pacer.turn();
    await pacer.turn();
    let isThrough = false;
    void pacer.turn().then(() => {
      isThrough = true;
    });
    await Promise.resolve();
    expect(isThrough).toBe(false);
  });
});
