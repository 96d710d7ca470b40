import { expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [12_345, '12 kB'],
  [1_440_000, '1.4 MB'],
  [2_000_000_000_000, '2,000 GB'],
])('a file of %i bytes has %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en-GB')).toBe(text);
});
