import { expect, it } from 'vitest';
import { formatDuration } from './duration.ts';

it.each([
  [999, '0 s'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [183_600_000, '2 d 3 h'],
])('%i ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
