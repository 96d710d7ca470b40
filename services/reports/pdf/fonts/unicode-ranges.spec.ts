import { expect, it } from 'vitest';
import { parseUnicodeRanges } from './unicode-ranges.ts';

it('reads single characters and ranges, in either case', () => {
  expect([...parseUnicodeRanges('U+26, u+0600-0602,U+1f355')]).toEqual([
    0x26, 0x600, 0x601, 0x602, 0x1f355,
  ]);
});

it('refuses what it cannot read', () => {
  expect(() => parseUnicodeRanges('U+4??')).toThrow('Not a unicode-range: U+4??');
  expect(() => parseUnicodeRanges('')).toThrow('Not a unicode-range');
});
