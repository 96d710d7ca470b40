/**
 * Money for people, from minor units; a currency's own number of digits decides what a unit is
 * (`1234 EUR` is 12.34, `1234 JPY` is 1,234).
 */
export function formatMoney(minorUnits: number, currency: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minorUnits / 10 ** digits);
}
