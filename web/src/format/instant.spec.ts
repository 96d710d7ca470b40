import { describe, expect, it } from 'vitest';
import { formatInstant } from './instant.ts';

const NOW = new Date(2026, 10, 22, 18, 0).getTime();
const at = (year: number, month: number, day: number) =>
  new Date(year, month, day, 9, 5).toISOString();

describe('an instant', () => {
  it('is a time of day today, a day otherwise, and a year in other years', () => {
    expect(formatInstant(at(2026, 10, 22), NOW, 'en-GB')).toBe('09:05');
    expect(formatInstant(at(2026, 10, 21), NOW, 'en-GB')).toBe('21 Nov, 09:05');
    expect(formatInstant(at(2025, 10, 22), NOW, 'en-GB')).toBe('22 Nov 2025, 09:05');
  });
});
