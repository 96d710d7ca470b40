import { expect, it } from 'vitest';
import { labelEvery, ticksUpTo } from './ticks.ts';

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [100, [0, 50, 100]],
  [123_456, [0, 50_000, 100_000, 150_000]],
])('an axis up to %i is marked at round values that reach it', (max, ticks) => {
  expect(ticksUpTo(max)).toEqual(ticks);
});

it('an axis of any length has few marks, whole and rising, the last not below what is drawn', () => {
  for (let max = 1; max < 1e12; max = Math.ceil(max * 1.7)) {
    const ticks = ticksUpTo(max);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.every((tick) => Number.isSafeInteger(tick))).toBe(true);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
  }
});

it('labels are left out where there is no room for all', () => {
  expect(labelEvery(24, 960, 30)).toBe(1);
  expect(labelEvery(24, 300, 30)).toBe(3);
  expect(labelEvery(25, 150, 30)).toBe(6);
});
