import { decimalAmount } from '../csv/decimal-amount.ts';

const WHOLE = new Intl.NumberFormat('en');

/** An amount in minor units as people read it: `EUR 1,234.50`. Exact for a whole number of any size. */
export function amountText(minorUnits: number | bigint, currency: string): string {
  const [whole = '', fraction] = decimalAmount(minorUnits, currency).split('.');
  const sign = whole.startsWith('-') ? '-' : '';
  const grouped = WHOLE.format(BigInt(whole.replace('-', '')));
  return `${currency} ${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** A number of things: `1,234`. */
export function countText(count: number): string {
  return WHOLE.format(count);
}
