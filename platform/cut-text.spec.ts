import { expect, it } from 'vitest';
import { cutText } from './cut-text.ts';

it.each([
  ['abc', 3, 'abc'],
  ['abc', 2, 'ab'],
  ['a😀b', 4, 'a😀b'],
  ['a😀b', 3, 'a😀'],
  ['a😀b', 2, 'a'],
  ['😀', 1, ''],
  ['', 0, ''],
])('cuts %s to %i units at whole characters', (text, length, expected) => {
  expect(cutText(text, length)).toBe(expected);
});
