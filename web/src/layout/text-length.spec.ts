import { expect, it } from 'vitest';
import { lengthText, tooLongText } from './text-length.ts';

it('a text may be as long as the API takes, counted in UTF-16 units and without blanks around it', () => {
  expect(tooLongText(` ${'x'.repeat(4_000)}\n`, 4_000)).toBeUndefined();
  expect(tooLongText('x'.repeat(4_001), 4_000)).toMatch(/^This is 1 character too long/);
  expect(tooLongText('🎉'.repeat(2_001), 4_000)).toMatch(/^This is 2 characters too long/);
});

it('a counter says how much of a text there is', () => {
  expect(lengthText('🎉x ', 4_000)).toBe('3 of 4,000 characters');
});
