import { expect, test } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

function count(take: () => boolean, tries: number): number {
  return Array.from({ length: tries }, take).filter(Boolean).length;
}

test('it gives its burst at once, then as much as the time that passed brings', () => {
  let now = 1_000;
  const take = createTokenBucket({ perSecond: 10, burst: 5, clock: () => now });
  expect(count(take, 20)).toBe(5);
  now += 300;
  expect(count(take, 20)).toBe(3);
  now += 60_000;
  expect(count(take, 20)).toBe(5);
});

test('without a rate it always gives', () => {
  const take = createTokenBucket({ perSecond: Infinity, burst: 1, clock: () => 0 });
  expect(count(take, 20)).toBe(20);
});

test('a clock that goes back takes nothing away and gives nothing', () => {
  let now = 1_000;
  const take = createTokenBucket({ perSecond: 10, burst: 1, clock: () => now });
  expect(take()).toBe(true);
  now = 0;
  expect(take()).toBe(false);
  now = 100;
  expect(take()).toBe(true);
});
