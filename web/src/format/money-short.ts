import { formatMoney } from './money.ts';

/** Money for the marks of an axis, from minor units: `€2.5k`. Less than a whole unit is told in full. */
export function formatMoneyShort(minorUnits: number, currency: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  const inFull = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const units = minorUnits / 10 ** (inFull.resolvedOptions().maximumFractionDigits ?? 2);
  return Number.isInteger(units) ? format.format(units) : formatMoney(minorUnits, currency, locale);
}
