import { expect, it } from 'vitest';
import { formatMoneyShort } from './money-short.ts';

it.each([
  [0, 'EUR', '€0'],
  [250_000, 'EUR', '€2.5k'],
  [50_000, 'EUR', '€500'],
  [20, 'EUR', '€0.20'],
  [2_500, 'JPY', 'JP¥2.5k'],
  [2_500_000, 'KWD', 'KWD 2.5k'],
])('%i of %s are short for an axis', (minorUnits, currency, text) => {
  expect(formatMoneyShort(minorUnits, currency, 'en-GB').replace(/\s/g, ' ')).toBe(text);
});
