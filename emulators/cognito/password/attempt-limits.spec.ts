import { expect, test } from 'vitest';
import { createAttemptLimits } from './attempt-limits.ts';

const MOST_NAMES = 10_000;
const name = (count: number) => `somebody-${count}@example.com`;

test('as many names as somebody makes up take no more than a bounded memory', () => {
  const limits = createAttemptLimits(() => 0);
  for (let guess = 0; guess < 15; guess += 1) {
    limits.count('confirm-sign-up', 'first');
    limits.passwordFailed('first');
  }
  for (let count = 0; count < MOST_NAMES - 1; count += 1) {
    limits.count('confirm-sign-up', name(count));
    limits.passwordFailed(name(count));
  }
  expect(() => limits.assertAllowed('confirm-sign-up', 'first')).toThrow('Attempt limit exceeded');
  expect(() => limits.assertPasswordUnlocked('first')).toThrow('Password attempts exceeded');
  limits.count('confirm-sign-up', 'one more');
  limits.passwordFailed('one more');
  expect(() => limits.assertAllowed('confirm-sign-up', 'first')).not.toThrow();
  expect(() => limits.assertPasswordUnlocked('first')).not.toThrow();
});

test('a name that is guessed at all the while is not the one that is forgotten', () => {
  const limits = createAttemptLimits(() => 0);
  for (let count = 0; count < 2 * MOST_NAMES; count += 1) {
    if (count % 1_000 === 0) limits.count('confirm-sign-up', 'first');
    limits.count('confirm-sign-up', name(count));
  }
  expect(() => limits.assertAllowed('confirm-sign-up', 'first')).toThrow('Attempt limit exceeded');
});
