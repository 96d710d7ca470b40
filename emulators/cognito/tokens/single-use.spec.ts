import { expect, test } from 'vitest';
import { createSingleUse } from './single-use.ts';

const LIFETIME_MS = 180_000;
/** More than are kept before the old are swept out. */
const MANY = 1_500;

test('what was used is refused for as long as it would be good, whatever is used meanwhile', () => {
  let now = 0;
  const singleUse = createSingleUse(() => now);
  expect(singleUse.isUsed('first')).toBe(false);
  expect(singleUse.use('first', LIFETIME_MS)).toBe(true);
  for (let count = 0; count < MANY; count += 1) {
    now = Math.floor((count * (LIFETIME_MS - 1)) / (MANY - 1));
    expect(singleUse.use(`other ${count}`, now + LIFETIME_MS)).toBe(true);
  }
  expect(now).toBe(LIFETIME_MS - 1);
  expect(singleUse.isUsed('first')).toBe(true);
  expect(singleUse.use('first', LIFETIME_MS)).toBe(false);
});

test('what has expired is forgotten, so that the memory does not grow with every sign-in', () => {
  let now = 0;
  const singleUse = createSingleUse(() => now);
  for (let count = 0; count < MANY; count += 1) singleUse.use(`early ${count}`, LIFETIME_MS);
  now = LIFETIME_MS;
  singleUse.use('late', now + LIFETIME_MS);
  expect(singleUse.isUsed('early 0')).toBe(false);
  expect(singleUse.isUsed(`early ${MANY - 1}`)).toBe(false);
  expect(singleUse.isUsed('late')).toBe(true);
});
