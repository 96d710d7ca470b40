import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualTimers } from './testing/manual-timers.ts';
import { createRestartableTimer, platformTimers, stoppableTimers } from './timers.ts';

describe("the platform's timer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is gone once it is cancelled, so that it keeps no process alive', () => {
    const run = vi.fn();
    platformTimers(run, 1000)();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(run).not.toHaveBeenCalled();
  });

  it('does not fire at once where the delay is longer than it can count', () => {
    const run = vi.fn();
    platformTimers(run, 2 ** 31);
    vi.advanceTimersByTime(86_400_000);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2 ** 31);
    expect(run).toHaveBeenCalledOnce();
  });
});

describe('timers that are stopped all at once', () => {
  it('fire no more', () => {
    const manual = new ManualTimers();
    const { setTimer, stop } = stoppableTimers(manual.setTimer);
    const run = vi.fn();
    setTimer(run, 1000);
    setTimer(run, 2000);
    stop();
    expect(manual.armed).toBe(0);
  });

  it('are forgotten when they have fired or were cancelled', () => {
    const manual = new ManualTimers();
    let cancelled = 0;
    const { setTimer, stop } = stoppableTimers((run, delayMs) => {
      const cancel = manual.setTimer(run, delayMs);
      return () => {
        cancelled += 1;
        cancel();
      };
    });
    const run = vi.fn();
    setTimer(run, 1000);
    setTimer(run, 2000)();
    expect([cancelled, manual.armed]).toEqual([1, 1]);
    manual.advance(1000);
    expect(run).toHaveBeenCalledOnce();
    stop();
    expect(cancelled).toBe(1);
  });
});

describe('a timer that can be started anew', () => {
  it('has one timer, however often it is set', () => {
    const manual = new ManualTimers();
    const timer = createRestartableTimer(manual);
    const runs: string[] = [];
    timer.set(1000, () => runs.push('first'));
    timer.set(2000, () => runs.push('second'));
    expect(manual.armed).toBe(1);
    manual.advance(2000);
    expect(runs).toEqual(['second']);
  });

  it('is armed until it has fired or is cleared, and not while it fires', () => {
    const manual = new ManualTimers();
    const timer = createRestartableTimer(manual);
    const armed: boolean[] = [timer.armed];
    timer.set(1000, () => armed.push(timer.armed));
    armed.push(timer.armed);
    manual.advance(1000);
    timer.set(1000, () => expect.unreachable());
    timer.clear();
    armed.push(timer.armed);
    expect([armed, manual.armed]).toEqual([[false, true, false, false], 0]);
  });
});
