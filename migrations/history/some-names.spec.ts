import { describe, expect, it } from 'vitest';
import { someNames } from './some-names.ts';

describe('names in one line', () => {
  it.each([
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b, c'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more (see "status")'],
  ])('of %j are %s', (names, line) => {
    expect(someNames(names)).toBe(line);
  });
});
