import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualTimers } from '../client/testing/manual-timers.ts';
import { Pacer } from './pacer.ts';

const waitBy = (timers: ManualTimers) => (ms: number) =>
  new Promise<void>((resolve) => void timers.setTimer(resolve, ms));

describe('Pacer', () => {
  it('lets a burst through at once and the rest one after another', async () => {
    const timers = new ManualTimers();
    const pacer = new Pacer({
      perSecond: 100,
      burst: 3,
      clock: timers.clock,
      wait: waitBy(timers),
    });
    const order: string[] = [];
    for (const name of ['a', 'b', 'c', 'late', 'later']) {
      void pacer.turn().then(() => order.push(name));
    }
    await setImmediate();
    expect(order).toEqual(['a', 'b', 'c']);
    timers.advance(10);
    await setImmediate();
    expect(order).toEqual(['a', 'b', 'c', 'late']);
    timers.advance(10);
    await setImmediate();
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
    const timers = new ManualTimers();
    const pacer = new Pacer({ perSecond: 1, burst: 2, clock: timers.clock, wait: waitBy(timers) });
    await pacer.turn();
    await pacer.turn();
    timers.advance(3_600_000);
    let through = 0;
    for (let turn = 0; turn < 3; turn += 1) void pacer.turn().then(() => (through += 1));
    await setImmediate();
    expect(through).toBe(2);
    expect(timers.nextInMs).toBe(1_000);
  });
});
