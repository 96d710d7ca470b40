import { describe, expect, it, test } from 'vitest';
import { momentText, sizeText } from './moment-text.ts';

describe('a moment', () => {
  test.each([
    [
      '2026-12-05T07:05:00.000Z',
      'Europe/Berlin',
      'Saturday, 5 December 2026 at 08:05 (Europe/Berlin)',
    ],
    ['2026-07-05T23:00:00.000Z', 'Asia/Kolkata', 'Monday, 6 July 2026 at 04:30 (Asia/Kolkata)'],
    ['2026-12-05T00:00:00.000Z', 'UTC', 'Saturday, 5 December 2026 at 00:00 (UTC)'],
  ])('%s is said on the clocks of %s', (instant, zone, words) => {
    expect(momentText(Date.parse(instant), zone)).toBe(words);
  });
});

it('says sizes as people read them', () => {
  const sizes = [0, 999, 1000, 12_034, 999_999, 1_000_000, 84_120_000, 2_500_000_000];
  expect(sizes.map(sizeText)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 KB',
    '12 KB',
    '1000 KB',
    '1.0 MB',
    '84 MB',
    '2.5 GB',
  ]);
});
