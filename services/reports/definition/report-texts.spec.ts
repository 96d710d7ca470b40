import { describe, expect, it } from 'vitest';
import { amountText, countText } from './amount-text.ts';
import { changeText } from './change-text.ts';
import { decimalHours, durationText } from './duration-text.ts';
import { localText } from './local-text.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

describe('what people read in a report', () => {
  it.each([
    [123_450, 'EUR', 'EUR 1,234.50'],
    [-123_450, 'EUR', 'EUR -1,234.50'],
    [-50, 'EUR', 'EUR -0.50'],
    [1_234, 'JPY', 'JPY 1,234'],
    [1_234_567, 'KWD', 'KWD 1,234.567'],
    [Number.MAX_SAFE_INTEGER, 'EUR', 'EUR 90,071,992,547,409.91'],
  ])('of %d minor units of %s is %s', (minorUnits, currency, text) => {
    expect(amountText(minorUnits, currency)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [59 * SECOND, '59 s'],
    [MINUTE, '1 min'],
    [MINUTE + SECOND, '1 min 1 s'],
    [HOUR - 1, '59 min 59 s'],
    [4 * HOUR + 5 * MINUTE + 59 * SECOND, '4 h 5 min'],
    [DAY, '1 d'],
    [400 * DAY + 23 * HOUR + 59 * MINUTE, '400 d 23 h'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it.each([
    [112, 100, '+12%'],
    [88, 100, '\u221212%'],
    [100, 100, '±0%'],
    [1001, 1000, '±0%'],
    [0, 100, '\u2212100%'],
    [5, 0, 'new'],
    [0, 0, '±0%'],
    [300, 100, '+200%'],
  ])('of %d against %d is %s', (now, before, text) => {
    expect(changeText(now, before)).toBe(text);
  });

  it('of an instant is what the clocks of the zone show', () => {
    expect(localText('2026-10-25T00:30:59.999Z', 'Europe/Berlin')).toBe('2026-10-25 02:30');
    expect(localText(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25 02:30');
    expect(localText(0, 'UTC')).toBe('1970-01-01 00:00');
  });

  it('of counts has separators, and of hours for a program has none', () => {
    expect(countText(1_234_567)).toBe('1,234,567');
    expect([decimalHours(27.5 * HOUR), decimalHours(0)]).toEqual(['27.500', '0.000']);
    expect(decimalHours(99_999 * HOUR)).toBe('99999.000');
  });
});
