import { describe, expect, it } from 'vitest';
import { decimalAmount } from './decimal-amount.ts';

describe('an amount as decimal text', () => {
  it.each([
    [123_456, 'EUR', '1234.56'],
    [5, 'EUR', '0.05'],
    [0, 'EUR', '0.00'],
    [100, 'USD', '1.00'],
    [-5, 'EUR', '-0.05'],
    [-123_456, 'EUR', '-1234.56'],
    [1_234, 'JPY', '1234'],
    [0, 'JPY', '0'],
    [-7, 'JPY', '-7'],
    [1_234, 'KWD', '1.234'],
    [7, 'BHD', '0.007'],
    [12_345, 'CLF', '1.2345'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91'],
    [Number.MAX_SAFE_INTEGER, 'KWD', '9007199254740.991'],
    [922_337_203_685_477_580_799n, 'EUR', '9223372036854775807.99'],
    [-922_337_203_685_477_580_799n, 'JPY', '-922337203685477580799'],
  ])('of %s minor units of %s is %s', (minorUnits, currency, text) => {
    expect(decimalAmount(minorUnits, currency)).toBe(text);
  });

  it('is of whole minor units', () => {
    expect(() => decimalAmount(1.5, 'EUR')).toThrow(RangeError);
    expect(() => decimalAmount(Number.NaN, 'EUR')).toThrow(RangeError);
  });
});
