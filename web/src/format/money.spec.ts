import { describe, expect, it } from 'vitest';
import { formatMoney } from './money.ts';

describe('money', () => {
  it('puts the point where the currency has it', () => {
    expect(formatMoney(123456, 'EUR', 'en-GB')).toBe('€1,234.56');
    expect(formatMoney(1234, 'JPY', 'en-GB')).toBe('JP¥1,234');
    expect(formatMoney(1234, 'KWD', 'en-GB').replace(/\s/g, ' ')).toBe('KWD 1.234');
  });

  it('keeps every cent of large sums', () => {
    expect(formatMoney(4_503_599_627_370_49, 'EUR', 'en-GB')).toBe('€4,503,599,627,370.49');
  });

  it('speaks the reader’s language', () => {
    expect(formatMoney(5, 'EUR', 'de-DE').replace(/\s/g, ' ')).toBe('0,05 €');
  });
});
